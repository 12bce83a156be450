"""What plugins, ways to pay and to send are called for staff, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from core.host.budgets import kind_of
from core.web import context, i18n
from core.web.gateways import gateways

_BY_HAND = "manual"
_OWN_CHANNELS = {
    "sandbox_sms": "Sandbox, not sent",
    "sandbox_email": "Sandbox, not sent",
    "email": "Mail server",
}
_HOOKS = {
    "block": "Block of a page",
    "price": "Price rule",
    "timeline": "Lines in the story of an order",
    "check_place_order": "Check before an order is placed",
    "check_bind_referral": "Check before members are bound",
    "check_request_payout": "Check before a payout is asked for",
    "freeze_order": "Kept with each order",
    "page": "Page of the store",
    "admin_page": "Page of the admin",
    "promoters": "Group of promoters",
    "card": "Card of the overview",
    "column": "Column of a list",
    "panel": "Panel of a page",
    "search": "Search",
    "bulk": "Action on many at once",
    "gateway": "Payment gateway",
    "channel": "Message channel",
    "payout_channel": "Payout channel",
    "event": "Told of an event",
    "job": "Scheduled job",
    "command": "Command",
}


def hook_name(hook: str) -> str:
    """What kind of thing a hook is, in words; the hook itself where there are none."""
    return i18n.gettext(_HOOKS.get(hook) or _HOOKS.get(kind_of(hook), hook))


def why_plugin(message: str, params: Mapping[str, Any]) -> str:
    """Why something happened to a plugin; a hook is told in words, its own name behind them."""
    hook = params.get("hook")
    if hook:
        params = {**params, "hook": f"{hook_name(hook)} {hook}"}
    return i18n.sentence(message, params)


def plugin_name(name: str) -> str:
    """What a plugin calls itself; the name itself when it is not there any more."""
    plugin = context.shop().plugins.plugins.get(name)
    return plugin.manifest.label_in(i18n.locale()) if plugin else name


def gateway_name(key: str) -> str:
    """What a gateway is called, also when its plugin is off; the key when it is gone."""
    if key == _BY_HAND:
        return i18n.gettext("Confirmed by hand")
    ports = [port for _, port in context.shop().plugins.all_contributions("gateways")]
    for gateway in (*gateways().all(), *ports):
        if gateway.key == key:
            return i18n.gettext(gateway.label)
    return key


def message_channel_name(key: str) -> str:
    """What sends messages is called, also when its plugin is off; the key when it is gone."""
    labels = {
        port.key: port.label for _, port in context.shop().plugins.all_contributions("channels")
    }
    return i18n.gettext({**labels, **_OWN_CHANNELS}.get(key, key))
