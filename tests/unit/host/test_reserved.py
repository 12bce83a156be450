"""Names of the trunk's own that no plugin can have."""

import pytest

from core.config import ROOT
from core.host.discovery import find_plugins
from core.host.jobs import core_jobs
from core.payouts.rules import WALLET_CHANNEL
from core.pricing.rules import FREIGHT_KEY
from core.staff.permissions import CORE_PERMISSIONS
from tests.unit.host.plugin_folders import write_plugin


def first_words() -> set[str]:
    """What the trunk's own keys begin with, and the folders of its code."""
    keys = [job.key for job in core_jobs(is_sandbox=True)]
    keys += [right.key for right in CORE_PERMISSIONS]
    keys += [FREIGHT_KEY, WALLET_CHANNEL, "sandbox"]
    rooms = [each.name for each in (ROOT / "core").iterdir() if (each / "__init__.py").exists()]
    return {key.partition(".")[0] for key in keys} | set(rooms)


@pytest.mark.parametrize("name", sorted({*first_words(), "core", "history", "admin", "store"}))
def test_a_plugin_cannot_be_called_like_something_of_the_trunk(tmp_path, name):
    write_plugin(tmp_path, "raise SystemExit('imported')", name=name)
    [found] = find_plugins([tmp_path], use_entry_points=False)
    assert f"“{name}” means something of the store's own" in str(found.problem)


def test_a_name_that_only_begins_like_one_of_the_trunk_is_free(tmp_path):
    for name in ("orders_by_hand", "order2", "my_core"):
        write_plugin(tmp_path, name=name)
    assert [item.problem for item in find_plugins([tmp_path], use_entry_points=False)] == [None] * 3


def test_a_plugin_called_like_a_page_of_the_admin_has_an_address_of_its_own(tmp_path):
    write_plugin(tmp_path, name="history")
    [found] = find_plugins([tmp_path], use_entry_points=False)
    assert found.key == "history@2"
