"""What plugins, ways to pay and to send are called for staff, in the reader's language."""

from core.web import context, i18n
from core.web.gateways import gateways

_BY_HAND = "manual"
_OWN_CHANNELS = {
    "sandbox_sms": "Sandbox, not sent",
    "sandbox_email": "Sandbox, not sent",
    "email": "Mail server",
}


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
