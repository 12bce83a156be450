"""What a plugin registered, checked against the house rules before any of it is used.

Each fault is one sentence that names the descriptor and what is wrong with it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from croniter import croniter
from werkzeug.routing import Map, Rule
from wtforms import Form
from wtforms.fields.core import UnboundField

from core.api import contributions as c
from core.api.contributions import Contributions
from core.api.regions import Region
from core.host import fields
from core.host.manifest import Manifest
from core.host.settings import defaults
from core.kernel.errors import PluginError

# hook → (field of Contributions, what it returns)
KINDS: dict[str, tuple[str, type]] = {
    "register_price_rules": ("price_rules", c.PriceRule),
    "register_blocks": ("blocks", c.Block),
    "register_store_pages": ("store_pages", c.StorePage),
    "register_admin_pages": ("admin_pages", c.AdminPage),
    "register_dashboard_cards": ("dashboard_cards", c.DashboardCard),
    "register_product_columns": ("product_columns", c.ProductListColumn),
    "register_order_columns": ("order_columns", c.OrderListColumn),
    "register_member_columns": ("member_columns", c.MemberListColumn),
    "register_product_panels": ("product_panels", c.ProductPanel),
    "register_order_panels": ("order_panels", c.OrderPanel),
    "register_member_panels": ("member_panels", c.MemberPanel),
    "register_product_bulk_actions": ("product_bulk_actions", c.ProductBulkAction),
    "register_order_bulk_actions": ("order_bulk_actions", c.OrderBulkAction),
    "register_member_bulk_actions": ("member_bulk_actions", c.MemberBulkAction),
    "register_order_timelines": ("order_timelines", c.OrderTimeline),
    "register_search_providers": ("search_providers", c.SearchProvider),
    "register_jobs": ("jobs", c.Job),
    "register_commands": ("commands", c.Command),
    "register_permissions": ("permissions", c.Permission),
    "register_gateways": ("gateways", c.Gateway),
    "register_channels": ("channels", c.MessageChannel),
    "register_payout_channels": ("payout_channels", c.PayoutChannel),
    "register_promoters": ("promoters", c.Promoters),
}
_EMPTY = Form()
_PORTS = ("gateways", "channels", "payout_channels")
_FREE_NAMES = frozenset({"commands"})  # named by one word under their plugin's own
_ROOTS = {"store_pages": "/x/{name}", "admin_pages": "/admin/x/{name}"}
_METHODS = frozenset({"GET", "POST"})
_PORT_KEY_LIMIT = 40
_CRON_FIELDS = 5
_COMMAND = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def collect(manifest: Manifest, hooks: Mapping[str, Callable[..., Any]]) -> Contributions:
    """Ask every ``register_*`` hook of a plugin and check what it answers.

    Raises:
        PluginError: something of another type, a foreign key, address or region, a file that is
            not there, a schedule that cannot be read.
        Exception: whatever the plugin raises.
    """
    answers: dict[str, Any] = {}
    for hook, (kind, expected) in KINDS.items():
        if hook in hooks:
            answers[kind] = _descriptors(hook, hooks[hook](), expected)
    if "register_settings" in hooks:
        answers["settings"] = _settings(hooks["register_settings"]())
    if "register_order_freezes" in hooks:
        answers["order_freezes"] = dict(hooks["register_order_freezes"]())
    contributions = Contributions(**answers)
    for check in (_check_fields, _check_keys, _check_rights, _check_addresses):
        check(manifest, contributions)
    for check in (_check_blocks, _check_templates, _check_jobs, _check_commands, _check_ports):
        check(manifest, contributions)
    return contributions


def _descriptors(hook: str, answer: Any, expected: type) -> tuple[Any, ...]:
    if not isinstance(answer, Iterable) or isinstance(answer, str | Mapping):
        raise _broken("“%(hook)s” must return a list.", hook=hook)
    descriptors = tuple(answer)
    for item in descriptors:
        if not isinstance(item, expected):
            raise _broken(
                "“%(hook)s” must return %(expected)s, not %(got)s.",
                hook=hook,
                expected=expected.__name__,
                got=type(item).__name__,
            )
    return descriptors


def _settings(answer: Any) -> c.SettingsSchema:
    if not isinstance(answer, c.SettingsSchema):
        raise _broken("“register_settings” must return a SettingsSchema.")
    if unknown := sorted(set(answer.secrets) - set(answer.fields)):
        raise _broken("The secret “%(name)s” is not among its settings.", name=unknown[0])
    for name in answer.fields:
        field: Any = answer.fields[name]
        if not isinstance(field, UnboundField) or name.startswith("_") or hasattr(_EMPTY, name):
            raise _broken(
                "The setting “%(name)s” must be a field of WTForms, and not be called like a part "
                "of a form.",
                name=name,
            )
    defaults(answer)
    return answer


def _check_fields(_manifest: Manifest, contributions: Contributions) -> None:
    """Every field holds what the reference says: its annotation is taken at its word."""
    for item in _all(contributions):
        found = fields.misfit(item)
        if found is not None:
            raise _unfit(_key(item), *found)
    for name, freeze in contributions.order_freezes.items():
        if not callable(freeze):
            raise _broken("What it freezes under “%(key)s” must be a function.", key=name)


def _unfit(key: str, name: str, wanted: Any) -> PluginError:
    if fields.wants_function(wanted):
        return _broken("“%(name)s” of “%(key)s” must be a function.", name=name, key=key)
    return _broken(
        "“%(name)s” of “%(key)s” must be %(expected)s.",
        name=name,
        key=key,
        expected=fields.in_words(wanted),
    )


def _check_keys(manifest: Manifest, contributions: Contributions) -> None:
    for kind, _ in KINDS.values():
        if kind in _FREE_NAMES:
            continue
        keys = [item.key for item in getattr(contributions, kind)]
        for key in keys:
            if not key.startswith(f"{manifest.name}."):
                raise _broken(
                    "The key “%(key)s” does not start with “%(prefix)s”.",
                    key=key,
                    prefix=f"{manifest.name}.",
                )
        _refuse_doubles(keys)
    if foreign := sorted(set(contributions.order_freezes) - {manifest.name}):
        raise _broken("It may freeze under its own name only, not “%(key)s”.", key=foreign[0])


def _refuse_doubles(keys: list[str]) -> None:
    if doubled := sorted({key for key in keys if keys.count(key) > 1}):
        raise _broken("The key “%(key)s” is there twice.", key=doubled[0])


def _check_rights(manifest: Manifest, contributions: Contributions) -> None:
    """Rights are those of plugin.toml; a right under the plugin's own name must be registered."""
    registered = {item.key for item in contributions.permissions}
    if manifest.permissions and registered != set(manifest.permissions):
        raise _broken("The permissions in plugin.toml are not those that it registers.")
    for item in _all(contributions):
        wanted = getattr(item, "permission", None)
        if wanted == "" or (
            wanted and wanted.startswith(f"{manifest.name}.") and wanted not in registered
        ):
            raise _broken(
                "“%(key)s” needs the permission “%(permission)s”, which it does not register.",
                key=item.key,
                permission=wanted,
            )


def _check_addresses(manifest: Manifest, contributions: Contributions) -> None:
    for kind, pattern in _ROOTS.items():
        root = pattern.format(name=manifest.name)
        for page in getattr(contributions, kind):
            if page.path != root and not page.path.startswith(f"{root}/"):
                raise _broken(
                    "The address “%(path)s” does not start with “%(root)s”.",
                    path=page.path,
                    root=root,
                )
            if why := _unreadable(page.path):
                raise _broken(
                    "The address “%(path)s” cannot be read: %(why)s.", path=page.path, why=why
                )
            if not page.methods or set(page.methods) - _METHODS:
                raise _broken("The page “%(key)s” may take GET and POST only.", key=page.key)


def _unreadable(path: str) -> str:
    """Why Flask could not take an address; empty when it can, as one without variables."""
    if "<" not in path:
        return ""
    try:
        Map([Rule(path)])
    except (ValueError, LookupError, TypeError, SyntaxError) as error:
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    return ""


def _check_blocks(manifest: Manifest, contributions: Contributions) -> None:
    for block in contributions.blocks:
        if block.region not in set(Region):
            raise _broken("There is no region called “%(region)s”.", region=block.region)
        for name in (*block.styles, *block.scripts):
            if ".." in name or not (manifest.folder / "static" / name).is_file():
                raise _broken(
                    "The block “%(key)s” needs “%(file)s”, which is not in its folder static.",
                    key=block.key,
                    file=name,
                )


def _check_templates(manifest: Manifest, contributions: Contributions) -> None:
    """Templates are there; a theme may replace one, but must not have to bring it."""
    folder = manifest.folder / "templates"
    for item in _all(contributions):
        name = getattr(item, "template", None)
        if name is None:
            continue
        places = (folder / name, folder / manifest.name / name)
        if ".." in name or not any(place.is_file() for place in places):
            raise _broken(
                "“%(key)s” needs the template “%(file)s”, which is not there.",
                key=item.key,
                file=name,
            )


def _check_jobs(_manifest: Manifest, contributions: Contributions) -> None:
    for job in contributions.jobs:
        if bool(job.every_seconds) == bool(job.cron):
            raise _broken("The job “%(key)s” needs either every_seconds or cron.", key=job.key)
        if job.every_seconds < 0:
            raise _broken("The job “%(key)s” must run every second at most.", key=job.key)
        if job.cron and not _is_cron(job.cron):
            raise _broken(
                "The job “%(key)s” has a cron line that cannot be read: “%(cron)s”.",
                key=job.key,
                cron=job.cron,
            )


def _is_cron(line: str) -> bool:
    return len(line.split()) == _CRON_FIELDS and bool(croniter.is_valid(line))


def _check_commands(_manifest: Manifest, contributions: Contributions) -> None:
    for command in contributions.commands:
        if not _COMMAND.fullmatch(command.name):
            raise _broken(
                "The command “%(name)s” must be one word of lower-case letters.", name=command.name
            )
    _refuse_doubles([command.name for command in contributions.commands])


def _check_ports(_manifest: Manifest, contributions: Contributions) -> None:
    for kind in _PORTS:
        for port in getattr(contributions, kind):
            if len(port.key) > _PORT_KEY_LIMIT:
                raise _broken(
                    "The key “%(key)s” is longer than %(limit)s characters.",
                    key=port.key,
                    limit=_PORT_KEY_LIMIT,
                )


def _all(contributions: Contributions) -> Iterator[Any]:
    for kind, _ in KINDS.values():
        yield from getattr(contributions, kind)


def _key(item: Any) -> str:
    return str(getattr(item, "key", None) or getattr(item, "name", ""))


def _broken(message: str, **params: Any) -> PluginError:
    return PluginError("plugins.contract", message, **params)
