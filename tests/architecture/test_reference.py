"""The reference for plugin authors says what the code says, and leaves nothing out."""

import os
import re
import subprocess
import sys

import pytest

from core.api.contributions import Contributions
from core.api.regions import Region
from core.host.budgets import BUDGETS
from core.host.contracts import KINDS
from core.kernel.events import event_types
from tests.architecture.gates import ROOT
from tools.reference import api, events, hooks, regions, settings
from tools.reference.pages import PAGES, stale, write


def test_the_committed_pages_say_what_the_code_says():
    assert stale() == [], "run make reference and commit docs/plugins/reference/"


def test_a_page_that_was_changed_lost_or_left_behind_is_named_and_mended(tmp_path):
    assert sorted(write(tmp_path)) == sorted(PAGES)
    (tmp_path / "hooks.md").write_text("# Hooks as they were\n", encoding="utf-8")
    (tmp_path / "events.md").unlink()
    (tmp_path / "slots.md").write_text("# Slots of long ago\n", encoding="utf-8")

    assert stale(tmp_path) == ["events.md", "hooks.md", "slots.md"]
    assert write(tmp_path) == ["events.md", "hooks.md", "slots.md"]
    assert stale(tmp_path) == []
    assert not (tmp_path / "slots.md").exists()


def test_pages_do_not_depend_on_the_process_that_makes_them():
    """Hash seed, width and language of the terminal, time zone: none shows on a page."""
    code = "from tools.reference.pages import stale; print(stale())"
    odd = {"PYTHONHASHSEED": "7", "COLUMNS": "40", "LANG": "C", "TZ": "Pacific/Apia"}
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, **more},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        for more in ({"PYTHONHASHSEED": "1"}, odd)
    }

    assert len(seen) == 1


def test_an_author_sees_arguments_methods_and_fields_without_opening_the_source():
    page, told = api.page(), hooks.page()

    assert "def product_cards(" in api.module_page("core.api.catalog")
    for method in ("send(recipient: str, body: str, key: str)", "pay(request: PayRequest)"):
        assert f"| `{method} ->" in page
    for name in ("JobContext", "GatewayMethods", "SendsMessages", "PaysPeople"):
        assert "| Method |" in page.partition(f"### `{name}`")[2].partition("\n### ")[0], name
    for name in ("TimelineEntry", "SearchHit", "CardRow", "CardStep", "BlockContext"):
        assert "| Field |" in page.partition(f"### `{name}`")[2].partition("\n### ")[0], name
    assert "see the module" not in told


def test_what_tests_use_has_a_page_of_its_own():
    assert "## `core.api.testing" not in api.page()
    for module in api.modules():
        is_testing = module.startswith("core.api.testing")
        assert (f"## `{module}`\n" in api.testing_page()) is is_testing


def test_the_index_leads_to_every_module_of_the_door_and_each_is_told_once():
    index = api.page()
    for module in api.modules():
        if module.startswith("core.api.testing"):
            continue
        file = api.LARGE.get(module, "")
        anchor = "" if file else "#" + module.replace(".", "")
        assert f"| [`{module}`]({file}{anchor}) |" in index
        assert (f"## `{module}`\n" in index) is (file == "")
        told = PAGES[file or "api.md"]()
        for name, _ in api.exported(module):
            assert f"| `{name}` |" in told or f"| [`{name}`](hooks.md#" in told


def test_no_page_of_the_door_is_too_long_to_find_ones_way_in():
    """A module that grows past this gets a page of its own: see ``LARGE``."""
    lengths = {name: PAGES[name]().count("\n") for name in ("api.md", *api.LARGE.values())}

    assert {name: count for name, count in lengths.items() if count > 1_700} == {}
    index = api.page()
    parts = {
        part.partition("`")[0]: part.count("\n") for part in index.split("\n## `core.api.")[1:]
    }
    assert {name: count for name, count in parts.items() if count > 200} == {}


def test_everything_that_the_door_exports_has_its_sentence():
    assert api.without_a_sentence() == []


def test_every_registration_is_told_with_what_its_calls_may_cost():
    told = dict(hooks.specs("RegisterHooks"))
    kinds = {f"register_{kind}" for kind in Contributions.__dataclass_fields__}

    assert set(told) == set(hooks.CALLS) == kinds
    assert set(KINDS) <= set(told)
    used = {kind for kind in hooks.CALLS.values() if kind}
    assert used | {"check", "event"} == set(BUDGETS)


def test_every_fact_of_the_trunk_is_told_under_its_hook():
    told = [events.hook_of(fact) for fact in events.facts()]

    assert told == [name for name, _ in hooks.specs("FactHooks")]
    of_the_trunk = {
        name
        for name, each in event_types().items()
        if each.__module__.startswith("core.") and each.__module__ != "core.kernel.events"
    }
    assert set(told) == of_the_trunk
    for fact in events.facts():
        assert events.aggregate(fact) == event_types()[events.hook_of(fact)].aggregate


@pytest.mark.parametrize("region", Region, ids=str)
def test_every_region_says_where_it_stands_what_blocks_get_and_who_prints_it(region):
    assert regions.place_of(region)
    assert regions.subject_of(region)
    assert regions.printed_by(region)


def test_plugins_can_name_the_type_of_every_subject():
    named = {
        name for region in Region for name in re.findall(r"\b[A-Z]\w+", regions.subject_of(region))
    }
    exported = {name for module in api.modules() for name, _ in api.exported(module)}

    assert named >= {"ProductSubject", "OrderView"}
    assert named <= exported


def test_fields_keep_what_the_page_says_of_them():
    kept = {name: value for name, _, _, value in settings.kept_values()}

    assert kept["YuanField"] == 1250
    assert kept["PercentField"] == 250
    assert kept["BooleanField"] is True
    assert kept["SelectMultipleField"] == ["a", "b"]
