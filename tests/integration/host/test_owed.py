"""Whoever removes a plugin's data is told first what people still have on its accounts."""

import html
import re

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.api.ledger import PLATFORM, Leg, book, member_owner
from core.cli.plugins import remove_data
from core.cli.serving import environment_of
from core.db.outbox import EventDelivery, OutboxEvent
from core.kernel.clock import now
from tests.integration.host.breakages import plugin

KEEPER = """
from core.api.ledger import declare_kind
from core.api.payouts import declare_payable

for kind in ("keeper_saved", "keeper_reserved", "keeper_paid"):
    declare_kind(kind, guarded=True)
declare_payable("keeper_saved", "keeper_reserved", "keeper_paid")
"""
TABLE = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "keeper_1", None
def upgrade():
    op.create_table("plugin_keeper_row", sa.Column("id", sa.Integer(), primary_key=True))
def downgrade():
    op.drop_table("plugin_keeper_row")
"""
PAGE = "/admin/plugins/keeper"
ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def plugin_dirs(tmp_path):
    plugin("keeper", KEEPER, migrations__0001=TABLE)(tmp_path / "kept")
    return (tmp_path / "kept",)


@pytest.fixture
def owner(sign_in, make_staff):
    browser = sign_in(make_staff(role="owner"), "staff")
    browser.set_cookie("banyan_lang", "en")
    return browser


@pytest.fixture
def left(shop, make_member):
    """The plugin was used by these members and is uninstalled; answers a way to book on."""
    shop.plugins.install("keeper", "me")
    members = [make_member("小山"), make_member("小河")]

    def add(index: int, kind: str, amount_fen: int) -> None:
        legs = [
            Leg(PLATFORM, "keeper_expense", -amount_fen),
            Leg(member_owner(members[index].id), kind, amount_fen),
        ]
        key = f"keeper:{index}:{kind}:{amount_fen}"
        with shop.database.write() as session:
            book(session, key=key, kind="keeper", reference="test", actor="system", legs=legs)

    add(0, "keeper_paid", 90_000)
    shop.plugins.uninstall("keeper", "me")
    return add


def shown(browser) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", browser.get(f"{PAGE}?tab=needs").text))


def test_the_merchant_reads_what_members_still_have_before_the_data_go(left, owner):
    assert "Remove the data" in shown(owner)
    assert "still have" not in shown(owner)

    left(0, "keeper_saved", 1_500)
    left(0, "keeper_reserved", 500)
    left(1, "keeper_saved", 300)

    assert "Members still have ¥23.00 on accounts of this plugin (members: 2)." in shown(owner)
    owner.set_cookie("banyan_lang", "zh")
    assert "会员在这个插件的账户里还有 ¥23.00（2 人）" in shown(owner)


def test_facts_that_it_has_not_heard_are_counted_before_they_go(
    left, shop, owner, shop_config, monkeypatch
):
    for name, value in environment_of(shop_config).items():
        monkeypatch.setenv(name, value)
    with shop.database.write() as session:
        for number in range(2):
            event = OutboxEvent(
                name="order_paid", version=1, aggregate=f"o{number}", payload={}, at=now()
            )
            session.add(event)
            session.flush()
            for name in ("keeper", "other")[: 2 - number]:
                session.add(
                    EventDelivery(
                        event_seq=event.seq, plugin=name, aggregate=f"o{number}", next_try_at=now()
                    )
                )

    assert "2 events have not reached it yet and go with its data." in shown(owner)
    asked = CliRunner().invoke(remove_data, ["keeper", "--json"])
    assert "What it has not heard yet goes as well (2 events)." in str(asked.exception)
    owner.set_cookie("banyan_lang", "zh")
    assert "还有 2 个事件没有送达它，会随数据一起删除。" in shown(owner)

    shop.plugins.remove_data("keeper", "me")
    with shop.database.read() as session:
        assert session.scalars(sa.select(EventDelivery.plugin)).all() == ["other"]


def test_the_command_line_says_it_before_it_asks_for_the_name(left, shop, shop_config, monkeypatch):
    for name, value in environment_of(shop_config).items():
        monkeypatch.setenv(name, value)
    left(1, "keeper_saved", 300)

    asked = CliRunner().invoke(remove_data, ["keeper"], input="other\n")
    assert "Members still have ¥3.00 on accounts of it (1 member)" in asked.output
    assert shop.plugins.has_data("keeper")
    refused = CliRunner().invoke(remove_data, ["keeper", "--json"])
    assert "¥3.00" in str(refused.exception)
    done = CliRunner().invoke(remove_data, ["keeper", "--yes"])
    assert done.exit_code == 0
    assert not shop.plugins.has_data("keeper")
