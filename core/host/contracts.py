"""What a plugin registered, checked against the house rules before any of it is used."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from core.api import contributions as c
from core.api.contributions import Contributions
from core.api.regions import Region
from core.host.manifest import Manifest
from core.kernel.errors import PluginError

# hook → (field of Contributions, what it returns)
KINDS: dict[str, tuple[str, type]] = {
    "register_price_rules": ("price_rules", c.PriceRule),
    "register_blocks": ("blocks", c.Block),
    "register_store_pages": ("store_pages", c.StorePage),
    "register_admin_pages": ("admin_pages", c.AdminPage),
    "register_dashboard_cards": ("dashboard_cards", c.DashboardCard),
    "register_order_panels": ("order_panels", c.OrderPanel),
    "register_member_columns": ("member_columns", c.MemberListColumn),
    "register_jobs": ("jobs", c.Job),
    "register_commands": ("commands", c.Command),
    "register_permissions": ("permissions", c.Permission),
    "register_gateways": ("gateways", object),
    "register_channels": ("channels", object),
    "register_payout_channels": ("payout_channels", object),
}
_KEYED = (
    "price_rules",
    "blocks",
    "store_pages",
    "admin_pages",
    "dashboard_cards",
    "order_panels",
    "member_columns",
    "jobs",
    "permissions",
)
_ROOTS = {"store_pages": "/x/{name}", "admin_pages": "/admin/x/{name}"}


def collect(manifest: Manifest, hooks: Mapping[str, Callable[..., Any]]) -> Contributions:
    """Ask every ``register_*`` hook of a plugin and check what it answers.

    Raises:
        PluginError: something of another type, a foreign key, address or region.
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
    _check_keys(manifest, contributions)
    _check_addresses(manifest, contributions)
    _check_places(manifest, contributions)
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
    return answer


def _check_keys(manifest: Manifest, contributions: Contributions) -> None:
    for kind in _KEYED:
        keys = [item.key for item in getattr(contributions, kind)]
        for key in keys:
            if not key.startswith(f"{manifest.name}."):
                raise _broken(
                    "The key “%(key)s” does not start with “%(prefix)s”.",
                    key=key,
                    prefix=f"{manifest.name}.",
                )
        if doubled := sorted({key for key in keys if keys.count(key) > 1}):
            raise _broken("The key “%(key)s” is there twice.", key=doubled[0])
    registered = {item.key for item in contributions.permissions}
    if manifest.permissions and registered != set(manifest.permissions):
        raise _broken("The permissions in plugin.toml are not those that it registers.")
    if foreign := sorted(set(contributions.order_freezes) - {manifest.name}):
        raise _broken("It may freeze under its own name only, not “%(key)s”.", key=foreign[0])


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


def _check_places(manifest: Manifest, contributions: Contributions) -> None:
    for block in contributions.blocks:
        if block.region not in set(Region):
            raise _broken("There is no region called “%(region)s”.", region=block.region)
    for job in contributions.jobs:
        if job.every_seconds < 1:
            raise _broken("The job “%(key)s” must run every second at most.", key=job.key)


def _broken(message: str, **params: Any) -> PluginError:
    return PluginError("plugins.contract", message, **params)
