"""What a plugin registers is checked at boot: each fault is a sentence that names it."""

import pytest

from core.host.discovery import find_plugins
from core.host.loading import load_plugin, new_manager
from tests.unit.host.plugin_folders import write_plugin

PAGE = 'StorePage("NAME.page", "/x/NAME", len, "guest"'
FAULTS = {
    # a key under another name, a key that is there twice
    "register_jobs": [
        ('[Job("other.job", "Job", len, 60)]', "does not start with “NAME.”"),
        ('[Job("NAME.a", "Job", len, 60), Job("NAME.a", "Job", len, 60)]', "is there twice"),
        ('[Job("NAME.a", "Job", len)]', "either every_seconds or cron"),
        ('[Job("NAME.a", "Job", len, 60, "0 3 * * *")]', "either every_seconds or cron"),
        ('[Job("NAME.a", "Job", len, -5)]', "every second at most"),
        ('[Job("NAME.a", "Job", len, cron="0 25 * * *")]', "cannot be read: “0 25 * * *”"),
        ('[Job("NAME.a", "Job", len, cron="* * * * * *")]', "cannot be read"),
        ('[Job("NAME.a", "Job", 3, 60)]', "“run” of “NAME.a” must be a function"),
        ('Job("NAME.a", "Job", len, 60)', "must return a list"),
        ('[Permission("NAME.a", "A")]', "must return Job, not Permission"),
    ],
    "register_blocks": [
        ('[Block("NAME.a", "store.nowhere", "a.html", len)]', "no region called “store.nowhere”"),
        ('[Block("NAME.a", "store.home.main", "b.html", len)]', "the template “b.html”"),
        (
            '[Block("NAME.a", "store.home.main", "../plugin.py", len)]',
            "the template “../plugin.py”",
        ),
        (
            '[Block("NAME.a", "store.home.main", "a.html", len, styles=("a.css",))]',
            "needs “a.css”, which is not in its folder static",
        ),
        (
            '[Block("NAME.a", "store.home.main", "a.html", len, scripts=("../plugin.py",))]',
            "is not in its folder static",
        ),
        ('[Block("NAME.a", "store.home.main", "a.html", len, audience="staff")]', "must be all |"),
        ('[Block("NAME.a", "store.home.main", "a.html", len, cache=("weather",))]', "be subject |"),
        ('[Block("NAME.a", "store.home.main", "a.html", len, weight="1")]', "“weight”"),
        ('[Block("NAME.a", "store.home.main", "a.html", len, fresh_seconds=None)]', "be float"),
    ],
    "register_store_pages": [
        ('[StorePage("NAME.p", "/p/NAME", len, "guest")]', "does not start with “/x/NAME”"),
        ('[StorePage("NAME.p", "/x/NAMED", len, "guest")]', "does not start with “/x/NAME”"),
        ('[StorePage("NAME.p", "/x/NAME", len, "public")]', "must be guest | member"),
        (f"[{PAGE}, menu_label=3)]", "“menu_label” of “NAME.page” must be str | NoneType"),
        ('[StorePage("NAME.p", "/x/NAME/<", len, "guest")]', "“/x/NAME/<” cannot be read"),
        ('[StorePage("NAME.p", "/x/NAME/<word:a>", len, "guest")]', "cannot be read: LookupError"),
        ('[StorePage("NAME.p", "/x/NAME/<int(a=1):b>", len, "guest")]', "cannot be read"),
        ('[StorePage("NAME.p", "/x/NAME/<a>/<a>", len, "guest")]', "cannot be read"),
        (f'[{PAGE}, methods=("DELETE",))]', "may take GET and POST only"),
    ],
    "register_admin_pages": [
        ('[AdminPage("NAME.p", "/admin/orders", len, "order.view")]', "“/admin/x/NAME”"),
        ('[AdminPage("NAME.p", "/admin/x/NAME", len, "NAME.see")]', "the permission “NAME.see”"),
        ('[AdminPage("NAME.p", "/admin/x/NAME", len, "")]', "needs the permission “”"),
    ],
    "register_order_bulk_actions": [
        ('[OrderBulkAction("NAME.a", "A", len, "NAME.do")]', "which it does not register"),
        ('[ProductBulkAction("NAME.a", "A", len, "order.view")]', "must return OrderBulkAction"),
    ],
    "register_order_columns": [
        ('[OrderListColumn("NAME.a", "A", "load")]', "“load” of “NAME.a” must be a function"),
    ],
    "register_member_panels": [
        ('[MemberPanel("NAME.a", "A", "gone.html", len)]', "the template “gone.html”"),
    ],
    "register_price_rules": [('[PriceRule("NAME.a", "promo", len)]', "must be Stage")],
    "register_dashboard_cards": [
        ('[DashboardCard("NAME.a", "A", len, "pie")]', "kpi | todo | rows | steps"),
    ],
    "register_order_freezes": [('{"NAME": 1}', "freezes under “NAME” must be a function")],
    "register_order_timelines": [('[OrderTimeline("a", len)]', "does not start with")],
    "register_search_providers": [
        ('[SearchProvider("NAME.a", "A", 1)]', "“search” of “NAME.a” must be a function"),
    ],
    "register_commands": [
        ('[Command("Do It", "Help", len)]', "must be one word"),
        ('[Command("do", "Help", len), Command("do", "Help", len)]', "is there twice"),
    ],
    "register_gateways": [
        ('[Gateway("sandbox", "A", len)]', "does not start with “NAME.”"),
        ('[Gateway("NAME." + "g" * 40, "A", len)]', "longer than 40 characters"),
        ("[object()]", "must return Gateway, not object"),
    ],
    "register_channels": [
        ('[MessageChannel("NAME.a", "A", "pigeon", len)]', "must be sms | email | push"),
    ],
    "register_payout_channels": [('[PayoutChannel("wallet", "A", len)]', "does not start with")],
    "register_settings": [
        ('SettingsSchema({}, secrets=frozenset({"key"}))', "“key” is not among its settings"),
        ("[]", "must return a SettingsSchema"),
        ('SettingsSchema({"a": 3})', "“a” must be a field of WTForms"),
        ('SettingsSchema({"data": FIELD()})', "not be called like a part of a form"),
        ('SettingsSchema({"a": FIELD(default=lambda: 1 / 0)})', "ZeroDivisionError"),
        ('SettingsSchema({"a": FIELD(default=object())})', "holds a object"),
    ],
}
CASES = [(hook, text, said) for hook, cases in FAULTS.items() for text, said in cases]


@pytest.fixture
def loaded(tmp_path):
    """Loads a plugin whose one hook returns what a text says."""

    def load(hook: str, text: str):
        text = text.replace("FIELD", '__import__("wtforms").StringField')
        name = write_plugin(tmp_path, f"@hookimpl\ndef {hook}():\n    return {text}\n")
        folder = tmp_path / name
        (folder / "templates").mkdir()
        (folder / "templates" / "a.html").write_text("a")
        (found,) = find_plugins([tmp_path], use_entry_points=False)
        return name, load_plugin(found, new_manager())

    return load


@pytest.mark.parametrize(("hook", "text", "said"), CASES)
def test_a_fault_is_named_and_the_plugin_takes_no_part(loaded, hook, text, said):
    name, plugin = loaded(hook, text)

    assert plugin.quarantine is not None
    assert said.replace("NAME", name) in str(plugin.quarantine)
    assert not any(getattr(plugin.contributions, kind) for kind in ("blocks", "jobs", "gateways"))


SOUND = {
    "register_jobs": '[Job("NAME.a", "Job", len, cron="30 3 * * 1-5")]',
    "register_blocks": (
        '[Block("NAME.a", "store.home.main", "a.html", len, after="hero", cache=("member",))]'
    ),
    "register_store_pages": f'[{PAGE}, methods=("GET", "POST"))]',
    "register_order_bulk_actions": '[OrderBulkAction("NAME.a", "A", len, "order.edit")]',
    "register_order_columns": '[OrderListColumn("NAME.a", "A", len)]',
    "register_gateways": '[Gateway("NAME.card", "A", len)]',
    "register_channels": '[MessageChannel("NAME.mail", "A", "email", len)]',
}


@pytest.mark.parametrize("hook", SOUND)
def test_what_keeps_the_rules_is_taken(loaded, hook):
    _, plugin = loaded(hook, SOUND[hook])

    assert plugin.quarantine is None
