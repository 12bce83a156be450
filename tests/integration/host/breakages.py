"""Broken plugins, each written to a folder, and what is to be seen of it: the table of breakages.

``docs/plugins/breakages.md`` is the same table for people; a test keeps them equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.host.host import Standing

Lay = Callable[[Path], None]


@dataclass(frozen=True)
class Breakage:
    """A way in which a plugin can be broken.

    Args:
        name: the plugin's name, and what the table calls it by.
        what: what is wrong with it, in words.
        standing: where it stands then.
        says: how the sentence begins that the merchant reads, or a part of it.
        lay: puts the plugin into a folder.
        key: what the list knows it by, where it is not its name.
    """

    name: str
    what: str
    standing: Standing
    says: str
    lay: Lay
    key: str = ""


def plugin(
    name: str, code: str = "", *, toml: str = "", hooks: bool = True, **files: str
) -> Callable[[Path], None]:
    """Something that writes a plugin; ``migrations__0001="…"`` writes ``migrations/0001.py``."""

    def lay(folder: Path) -> None:
        home = folder / name
        home.mkdir(parents=True)
        (home / "plugin.toml").write_text(
            toml if toml.startswith("!") else f'name = "{name}"\nversion = "1.0"\n{toml}'
        )
        (home / "plugin.py").write_text((_HEAD if hooks else "") + code)
        for path, text in files.items():
            place = home.joinpath(*path.split("__")).with_suffix(".py")
            place.parent.mkdir(exist_ok=True)
            place.write_text(text)

    return lay


def several(*lays: Lay) -> Lay:
    """All of them."""

    def lay(folder: Path) -> None:
        for each in lays:
            each(folder)

    return lay


def _not_toml(folder: Path) -> None:
    plugin("b_toml")(folder)
    (folder / "b_toml" / "plugin.toml").write_text("name: b_toml\n- this is no TOML")


def _twins(folder: Path) -> None:
    plugin("b_twin")(folder)
    plugin("b_twin")(folder.parent / "more")


def _catalogue(folder: Path) -> None:
    plugin("b_words")(folder)
    (folder / "b_words" / "translations").mkdir()
    (folder / "b_words" / "translations" / "zh.po").write_bytes(b'msgid "\xff\xfe\nmsgstr nothing')


_HEAD = """
import sqlalchemy as sa
from core.api.contributions import *
from core.api.errors import Rejected
from core.api.hooks import hookimpl
from core.api.regions import Region
"""
_MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship
from core.api.db import Base
"""
_PAGE = """
@hookimpl
def register_store_pages():
    return [StorePage("{name}.page", "/x/{name}{path}", len, access="{access}")]
"""
Q, A = Standing.QUARANTINED, Standing.AVAILABLE

AT_THE_START = (
    Breakage("b_syntax", "A syntax error", Q, "It cannot be loaded: SyntaxError",
             plugin("b_syntax", "def f(:\n")),
    Breakage("b_import", "An import of something that is not there", Q,
             "It cannot be loaded: ModuleNotFoundError",
             plugin("b_import", "import no_such_thing")),
    Breakage("b_package", "A Python package in `packages` that is not installed", Q,
             "It needs the Python package nowhere-to-be-found>=1",
             plugin("b_package", toml='packages = ["nowhere-to-be-found>=1"]\n')),
    Breakage("b_package_old", "A Python package in `packages` that is too old", Q,
             "It needs the Python package flask>=99",
             plugin("b_package_old", toml='packages = ["flask>=99"]\n')),
    Breakage("b_core", "A core range that leaves this core out", Q, "It is made for core >=99",
             plugin("b_core", toml='core = ">=99"\n')),
    Breakage("b_toml", "A plugin.toml that is no TOML", Q, "plugin.toml cannot be read", _not_toml),
    Breakage("b_word", "A word in plugin.toml that means nothing", Q,
             "plugin.toml: nothing is called “colour”", plugin("b_word", toml='colour = "red"\n')),
    Breakage("b_circle_a", "Plugins that require each other in a circle", Q,
             "What it requires goes in a circle: b_circle_a → b_circle_b → b_circle_a",
             several(plugin("b_circle_a", toml='requires = ["b_circle_b"]\n'),
                     plugin("b_circle_b", toml='requires = ["b_circle_a"]\n'))),
    Breakage("b_twin", "Two plugins of one name", Q, "Another plugin, in", _twins, key="b_twin@2"),
    Breakage("order", "A name that means something of the store's own", Q,
             "“order” means something of the store's own", plugin("order")),
    Breakage("history", "The name of a page of the admin", Q,
             "“history” means something of the store's own", plugin("history"), key="history@2"),
    Breakage("b_hook", "A hook spelled wrong", Q, "There is no hook called “order_payed”",
             plugin("b_hook", "@hookimpl\ndef order_payed(event): pass\n")),
    Breakage("b_raise", "An exception at import", Q, "It cannot be loaded: RuntimeError: boom",
             plugin("b_raise", "raise RuntimeError('boom')")),
    Breakage("b_exit", "`sys.exit()` at import", Q, "It cannot be loaded: SystemExit",
             plugin("b_exit", "import sys; sys.exit(3)")),
    Breakage("b_interrupt", "A `KeyboardInterrupt` raised at import", Q,
             "It cannot be loaded: KeyboardInterrupt",
             plugin("b_interrupt", "raise KeyboardInterrupt")),
    Breakage("b_base", "A `BaseException` of its own at import", Q, "It cannot be loaded: Stop",
             plugin("b_base", "class Stop(BaseException): pass\nraise Stop('no')")),
    Breakage("b_register", "An exception while it registers", Q, "It cannot be loaded: KeyError",
             plugin("b_register", "@hookimpl\ndef register_jobs(): return {}['x']\n")),
    Breakage("b_nonsense", "A registration that returns something else", Q,
             "“register_jobs” must return Job, not str",
             plugin("b_nonsense", "@hookimpl\ndef register_jobs(): return ['x']\n")),
    Breakage("b_field", "A field of a contribution that holds something else", Q,
             "“access” of “b_field.page” must be guest",
             plugin("b_field", _PAGE.format(name="b_field", path="", access="everybody"))),
    Breakage("b_address", "An address that cannot be read", Q,
             "The address “/x/b_address/<” cannot be read",
             plugin("b_address", _PAGE.format(name="b_address", path="/<", access="guest"))),
    Breakage("b_default", "A setting whose default raises", Q,
             "It cannot be loaded: ZeroDivisionError",
             plugin("b_default", "from wtforms import StringField\n@hookimpl\n"
                    "def register_settings():\n"
                    "    return SettingsSchema({'a': StringField(default=lambda: 1 / 0)})\n")),
    Breakage("b_table", "A model whose table has another name", Q,
             "Its table “members_too” does not start with",
             plugin("b_table", "from plugins.b_table.models import Thing\n", models=_MODELS
                    + "class Thing(Base):\n    __tablename__ = 'members_too'\n"
                    "    id: Mapped[int] = mapped_column(primary_key=True)\n")),
    Breakage("b_trunk", "A model that stands on a table of the trunk", Q,
             "Its table “shop_order” does not start with",
             plugin("b_trunk", "from plugins.b_trunk.models import Order\n", models=_MODELS
                    + "class Order(Base):\n    __table__ = Base.metadata.tables['shop_order']\n")),
    Breakage("b_model", "A model that relates to a model that is not there", Q,
             "It cannot be loaded: InvalidRequestError",
             plugin("b_model", "from plugins.b_model.models import Thing\n", models=_MODELS
                    + "class Thing(Base):\n    __tablename__ = 'plugin_b_model_thing'\n"
                    "    id: Mapped[int] = mapped_column(primary_key=True)\n"
                    "    other = relationship('NobodyKnowsIt')\n")),
    Breakage("b_key", "A foreign key to a table that is not there", Q,
             "It cannot be loaded: NoReferencedTableError",
             plugin("b_key", "from plugins.b_key.models import Thing\n", models=_MODELS
                    + "class Thing(Base):\n    __tablename__ = 'plugin_b_key_thing'\n"
                    "    id: Mapped[int] = mapped_column(sa.ForeignKey('nowhere.id'),"
                    " primary_key=True)\n")),
    Breakage("b_revision", "A migration file with a syntax error", Q,
             "Its migrations cannot be read",
             plugin("b_revision", migrations__0001="revision = '1\n")),
    Breakage("b_heads", "Migrations that end in two places", Q,
             "Its migrations end in two places: b_heads_1, b_heads_2",
             plugin("b_heads", migrations__0001="revision = 'b_heads_1'\ndown_revision = None\n",
                    migrations__0002="revision = 'b_heads_2'\ndown_revision = None\n")),
    Breakage("b_words", "A catalogue of translations that cannot be read", A, "Not installed",
             _catalogue),
)  # fmt: skip

_BLOCK = """
def context(asked):
    {body}
@hookimpl
def register_blocks():
    return [Block("{name}.block", Region.PRODUCT_INFO, "b.html", context)]
"""


def block(name: str, body: str, template: str = "b") -> Lay:
    """A plugin with a block on the product page."""

    def lay(folder: Path) -> None:
        plugin(name, _BLOCK.format(body=body, name=name))(folder)
        (folder / name / "templates").mkdir()
        (folder / name / "templates" / "b.html").write_text(template)

    return lay


P = Standing.PAUSED
WHILE_IT_RUNS = (
    Breakage("r_raise", "A block that raises", P,
             "block:r_raise.block failed 50 times within an hour: ZeroDivisionError",
             block("r_raise", "return {'x': 1 / 0}")),
    Breakage("r_exit", "A block that calls `sys.exit()`", P,
             "block:r_exit.block failed 50 times within an hour: SystemExit",
             block("r_exit", "import sys; sys.exit(1)")),
    Breakage("r_base", "A block that raises a `BaseException` of its own", P,
             "block:r_base.block failed 50 times within an hour",
             block("r_base", "class Stop(BaseException): pass\n    raise Stop('no')")),
    Breakage("r_text", "A block that answers a text", P,
             "TypeError: context of r_text.block answers str, wanted are names and values",
             block("r_text", "return 'hello'")),
    Breakage("r_template", "A block whose template is broken", P,
             "block:r_template.block failed 50 times within an hour",
             block("r_template", "return {}", template="{% if %}")),
    Breakage("r_flood", "A block that floods its page", P, "shows 300000 characters",
             block("r_flood", "return {'text': 'x' * 300_000}", "{{ text }}")),
    Breakage("r_sql", "A block that sends broken SQL", P,
             "block:r_sql.block failed 50 times within an hour",
             block("r_sql", "asked.session.execute(sa.text('SELECT nothing FROM nowhere'))")),
    Breakage("r_slow", "A block that is much too slow", P, "block:r_slow.block was too slow",
             block("r_slow", "import time; time.sleep(0.55); return {}")),
    Breakage("r_endless", "A block that never comes back", P, "block:r_endless.block was too slow",
             block("r_endless", "while True: pass")),
    Breakage("r_rule", "A price rule that sends broken SQL", P,
             "price:r_rule.rule failed 50 times within an hour",
             plugin("r_rule", "from core.api.pricing import Stage\n@hookimpl\n"
                    "def register_price_rules():\n"
                    "    return [PriceRule('r_rule.rule', Stage.PROMOTION, len, _load)]\n"
                    "def _load(session, _request):\n"
                    "    session.execute(sa.text('SELECT nothing FROM nowhere'))\n")),
    Breakage("r_page", "A page of its own that raises", P,
             "page:r_page.page failed 50 times within an hour: ZeroDivisionError",
             plugin("r_page", '@hookimpl\ndef register_store_pages():\n    return [StorePage('
                    '"r_page.page", "/x/r_page", lambda: 1 / 0, access="guest")]\n')),
)  # fmt: skip

IN_STORIES = (
    ("A migration that fails half way", A,
     "Its migrations failed and were taken back whole; nothing was changed.",
     "test_a_migration_that_fails_half_way_is_taken_back_whole_and_can_be_tried_again"),
    ("A migration that calls `sys.exit()`", A,
     "Its migrations failed and were taken back whole; nothing was changed. SystemExit",
     "test_a_migration_that_exits_ends_neither_its_plan_nor_the_shop"),
    ("A migration that commits by itself and then fails", A,
     "Its migrations failed half way, at version",
     "test_a_migration_that_commits_by_itself_and_fails_says_where_it_stands"),
    ("An update whose migration fails, in a running shop", Standing.OUTDATED,
     "The last try failed. Its migrations failed and were taken back whole",
     "test_every_process_says_why_an_update_failed_until_it_goes_through"),
    ("A folder that goes while the shop runs", Standing.ENABLED, "–",
     "test_a_folder_that_goes_while_the_shop_runs_stops_nobody"),
    ("A folder that is gone at the start", Standing.MISSING,
     "Its folder is gone; its data are kept",
     "test_a_folder_that_is_gone_at_the_start_is_named_and_can_be_uninstalled"),
    ("Anything at all, in safe mode", Standing.ENABLED, "Held by safe mode",
     "test_safe_mode_runs_not_a_line_of_any_plugin"),
)  # fmt: skip
"""Breakages with a test of their own: what, standing, what is said, name of the test."""
