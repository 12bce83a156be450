"""``banyan plugin show``, ``permissions`` and ``health``: looking at one plugin."""

from collections.abc import Mapping
from typing import Any

import click
from sqlalchemy.orm import Session

from core.cli.reporting import actor, counted, json_option, opened_shop, report, table
from core.host.attempts import last_failures
from core.host.deliveries import open_deliveries
from core.host.describing import dependencies_of, needed_by, uses_of
from core.host.health import Health, health_of
from core.host.host import LoadedPlugin, Standing
from core.host.pauses import Pause
from core.host.rights import holders_of, rights_of, set_rights
from core.host.shop import Shop
from core.host.snapshot import Row
from core.kernel.errors import NotFound, ShopError
from core.staff.services import audit, ensure_builtin_roles, list_roles

_SAFE = "safe mode: nothing of it is loaded, so what it adds and its settings are not shown"


@click.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """What NAME is, what it needs, where it takes part, and what waits to be run."""
    with opened_shop() as shop:
        found = _about(shop, shop.plugins.known(name))
    lines = [
        f"{found['name']} {found['version']}  {found['standing']}",
        *([found["reason"]] if found["reason"] else []),
        *([_SAFE] if found["is_safe_mode"] else []),
        *([found["description"]] if found["description"] else []),
        f"core {found['core'] or 'any'}; tables at {found['revision'] or '–'}",
    ]
    lines += [
        f"requires {need['wanted']}: {need['standing'] or 'not here'}" for need in found["requires"]
    ]
    lines += [f"needs package {text}" for text in found["packages"]]
    lines += [f"required by {other}" for other in found["needed_by"]]
    lines += [f"upgrade waits: {step}" for step in found["pending"]]
    if found["uses"]:
        lines += [
            "",
            table(["Kind", "Where", "Key"], [list(use.values()) for use in found["uses"]]),
        ]
    if found["settings"]:
        lines += ["", table(["Setting", "Value"], [[*pair] for pair in found["settings"].items()])]
    report(found, "\n".join(lines), as_json=as_json)


def _about(shop: Shop, plugin: LoadedPlugin) -> dict[str, Any]:
    host, manifest = shop.plugins, plugin.manifest
    row, standings = host.snapshot().rows.get(plugin.name), host.standings()
    needs = dependencies_of(plugin, host.snapshot().rows, host.plugins, standings)
    schema = plugin.contributions.settings
    secrets = schema.secrets if schema else frozenset()
    try:
        pending = [f"{step.revision} {step.says}" for step in host.plan(plugin.name).steps]
    except ShopError:
        pending = []
    return {
        "name": plugin.name,
        "version": manifest.version,
        "installed_version": row.version if row else None,
        "standing": standings.get(plugin.name),
        "reason": reasons(shop).get(plugin.name, ""),
        "is_safe_mode": shop.config.is_safe_mode,
        "description": manifest.description_in("en"),
        "author": manifest.author,
        "homepage": manifest.homepage,
        "folder": manifest.folder,
        "core": manifest.core,
        "packages": list(manifest.packages),
        "requires": [vars(need) for need in needs],
        "needed_by": needed_by(plugin.name, host.plugins),
        "permissions": [key for key, _ in rights_of(plugin)],
        "uses": [vars(use) for use in uses_of(plugin)],
        "settings": {
            key: "••••••" if key in secrets and value else value
            for key, value in host.settings_of(plugin.name).items()
        },
        "revision": row.schema_revision if row else "",
        "pending": pending if row else [],
    }


@click.command()
@click.argument("name")
@click.option("--grant", metavar="ROLE", help="Let a role hold its rights; by key, such as clerk.")
@click.option("--revoke", metavar="ROLE", help="Take its rights from a role.")
@click.option("--right", "keys", multiple=True, help="Only this right; may be given again.")
@json_option
def permissions(
    name: str, grant: str | None, revoke: str | None, keys: tuple[str, ...], as_json: bool
) -> None:
    """The rights that NAME adds and the roles that hold them."""
    with opened_shop() as shop:
        plugin = shop.plugins.known(name)
        with shop.database.write() as session:
            for role, is_grant in ((grant, True), (revoke, False)):
                if role:
                    _hand(session, plugin, role, keys, is_grant)
            rights = rights_of(plugin)
            holders = holders_of(session, [key for key, _ in rights])
    found = [
        {"key": key, "label": label, "roles": [role.key for role in holders[key]]}
        for key, label in rights
    ]
    rows = [[right["key"], right["label"], ", ".join(right["roles"])] for right in found]
    text = table(["Right", "What", "Roles"], rows) if rows else f"{name} adds no rights."
    report({"plugin": name, "permissions": found}, text, as_json=as_json)


def _hand(
    session: Session, plugin: LoadedPlugin, role_key: str, keys: tuple[str, ...], is_grant: bool
) -> None:
    ensure_builtin_roles(session)
    role = next((role for role in list_roles(session) if role.key == role_key), None)
    if role is None:
        raise NotFound(
            "role.unknown",
            "There is no role “%(role)s”. There are: %(known)s.",
            role=role_key,
            known=", ".join(sorted(role.key for role in list_roles(session))),
        )
    own = {key for key, _ in rights_of(plugin)}
    chosen, held = set(keys) or own, role.permissions & own
    before, after = set_rights(
        session, plugin, role.id, held | chosen if is_grant else held - chosen
    )
    audit(
        session,
        actor=actor(),
        action="role.edit",
        object_kind="role",
        object_ref=str(role.id),
        before={"permissions": sorted(before.permissions)},
        after={"permissions": sorted(after.permissions)},
    )


@click.command()
@click.argument("name")
@click.option(
    "--traceback", "is_long", is_flag=True, help="Show the last error of each hook whole."
)
@json_option
def health(name: str, is_long: bool, as_json: bool) -> None:
    """Calls, times and faults of NAME within a day, its jobs, and what waits for it."""
    with opened_shop() as shop, shop.database.read() as session:
        plugin = shop.plugins.known(name)
        found = health_of(session, name, [job.key for job in plugin.contributions.jobs])
        parked = open_deliveries(session, state="parked", plugin=name)
    text = _health_in_words(found)
    if is_long:
        text += "".join(
            f"\n\n{hook.hook}\n{hook.last_error}" for hook in found.hooks if hook.faults
        )
    told = {
        "plugin": name,
        "requests": _figures(found.requests),
        "hooks": [_figures(hook) for hook in found.hooks],
        "jobs": [vars(job) for job in found.jobs],
        "pending": found.pending,
        "parked": [vars(view) for view in parked],
    }
    report(told, text, as_json=as_json)


def _health_in_words(found: Health) -> str:
    rows = [
        [
            hook.hook,
            hook.calls,
            f"{hook.mean_ms:.1f}",
            f"{hook.slowest_ms:.1f}",
            f"{hook.slow_share:.0%}",
            hook.faults,
        ]
        for hook in found.hooks
    ]
    lines = [
        f"{counted(found.requests.calls, 'request')}, {found.requests.mean_ms:.1f} ms each, "
        f"{found.requests.slowest_ms:.1f} ms at most; "
        f"{counted(found.faults, 'fault')} within 24 hours",
        f"facts: {found.pending} on their way, {found.parked} parked",
    ]
    if rows:
        head = ["Hook", "Calls", "Mean ms", "Slowest ms", "Slow", "Faults"]
        lines += ["", table(head, rows)]
    jobs = [[job.key, job.state or "never ran", job.started_at or ""] for job in found.jobs]
    return "\n".join([*lines, *(["", table(["Job", "Last run", "At"], jobs)] if jobs else [])])


def _figures(hook: Any) -> dict[str, Any]:
    return {
        **vars(hook),
        "mean_ms": round(hook.mean_ms, 3),
        "slowest_ms": round(hook.slowest_ms, 3),
        "slow_share": round(hook.slow_share, 4),
    }


def reasons(shop: Shop) -> dict[str, str]:
    """Why each plugin takes no part, as far as that is not a choice; empty where it is one."""
    host = shop.plugins
    rows = host.snapshot().rows
    with shop.database.read() as session:
        failures = last_failures(session)
    return {
        name: _reason(shop, host.plugins.get(name), rows.get(name))
        or (f"The last try failed. {failures[name]}" if _waits(standing, name, failures) else "")
        or _waits_for(host.plugins.get(name), standing)
        for name, standing in host.standings().items()
    }


def _waits(standing: Standing, name: str, failures: Mapping[str, Pause]) -> bool:
    """Whether a try that failed is why the plugin stands where it does."""
    return name in failures and standing in (Standing.AVAILABLE, Standing.OUTDATED)


def _waits_for(plugin: LoadedPlugin | None, standing: Standing) -> str:
    """What somebody has to do first."""
    if plugin is None:
        return ""
    if standing is Standing.WAITING:
        return f"it needs {', '.join(plugin.manifest.requires)} to take part"
    if standing is Standing.OUTDATED:
        return f"its update waits: run “banyan plugin upgrade {plugin.name}”"
    return ""


def _reason(shop: Shop, plugin: LoadedPlugin | None, row: Row | None) -> str:
    if plugin is not None and plugin.quarantine is not None:
        return str(plugin.quarantine)
    if row is not None and row.paused_reason:
        return row.paused_reason
    if plugin is None:
        return "its folder or package is gone; its data are kept"
    is_held = shop.config.is_safe_mode and row is not None and row.is_enabled
    return "held by safe mode" if is_held else ""
