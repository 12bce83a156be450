import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.gates import ROOT, rules_modules

HEAVY = ("flask", "sqlalchemy", "pluggy", "redis", "rq", "werkzeug")

LIST_HEAVY = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sorted({name.split(".")[0] for name in sys.modules} & set(sys.argv[2:])))
"""

BREAKS = {
    "kernel uses flask": ("core/kernel/money.py", "import flask"),
    "rules reach the database": ("core/pricing/rules.py", "from core.pricing import models"),
    "a plugin's rules use sqlalchemy": ("plugins/gift/rules.py", "import sqlalchemy"),
    "db looks up": ("core/db/base.py", "import core.catalog.models"),
    "a lower room uses a higher one": ("core/stock/services.py", "import core.orders.services"),
    "payments know orders": ("core/payments/services.py", "import core.orders.services"),
    "a room uses the door for plugins": ("core/orders/services.py", "import core.api.services"),
    "web and worker are mixed": ("core/web/store.py", "import core.worker.relay"),
    "the trunk knows a plugin": ("core/host/boot.py", "import plugins.gift.plugin"),
    "a plugin goes round the door": ("plugins/gift/services.py", "import core.orders.services"),
    "a plugin knows another": ("plugins/gift/services.py", "import plugins.other.services"),
    "the product uses its testing kit": ("core/web/store.py", "import core.api.testing.plugin"),
    "a plugin uses the testing kit": ("plugins/gift/jobs.py", "import core.api.testing.plugin"),
    "an embedded server needs the shop": ("core/embedded/valkey.py", "import core.kernel.money"),
    "a room starts a server": ("core/orders/services.py", "import core.embedded.valkey"),
    "a room nobody placed": ("core/attic/services.py", ""),
}
NAMES = """
core/app core/config core/cli/run core/web/store core/worker/relay core/host/boot core/themes/host
core/api/services core/api/testing/plugin core/orders/services core/orders/rules
core/payments/services core/pricing/rules core/pricing/models core/stock/services
core/catalog/models core/ledger/services core/db/base core/kernel/money core/embedded/valkey
plugins/gift/plugin plugins/gift/services plugins/gift/rules plugins/gift/jobs
plugins/gift/tests/test_gift plugins/other/services plugins/other/api
"""
ALLOWED = {
    "core/pricing/models.py": "import sqlalchemy",
    "core/orders/services.py": "import core.payments.services, core.stock.services",
    "core/api/services.py": "from core.orders import services",
    "core/api/testing/plugin.py": "import core.app, core.embedded.valkey",
    "core/app.py": "import core.web.store, core.host.boot",
    "core/cli/run.py": "import core.embedded.valkey",
    "plugins/gift/plugin.py": "import core.api.services, plugins.gift.services",
    "plugins/gift/services.py": "import core.api.services, plugins.other.api",
    "plugins/gift/tests/test_gift.py": "import core.api.testing.plugin",
}


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    argv.append("--no-cache")
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path):
    """A small house in which every contract holds."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in NAMES.split():
        write(tmp_path, f"{name}.py", ALLOWED.get(f"{name}.py", ""))
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in [*path.relative_to(root).parents][:-1]:
        (root / folder / "__init__.py").touch()
    with path.open("a") as file:
        file.write(f"{text}\n")


def test_import_contracts_hold():
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


def test_contracts_allow_what_the_plan_allows(house):
    result = lint_imports(house)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("name", "text"), BREAKS.values(), ids=BREAKS)
def test_contracts_catch(house, name, text):
    write(house, name, text)

    result = lint_imports(house)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout, result.stdout + result.stderr


@pytest.mark.parametrize("module", rules_modules(ROOT))
def test_rules_load_no_framework(module):
    assert heavy_imports(ROOT, module) == []


def test_a_framework_in_a_rooms_package_is_seen(tmp_path):
    write(tmp_path, "room/rules.py", "")
    write(tmp_path, "room/__init__.py", "import sqlalchemy")

    assert heavy_imports(tmp_path, "room.rules") == ["sqlalchemy"]


def heavy_imports(root: Path, module: str) -> list[str]:
    """Import a module in a fresh interpreter; return the frameworks that came along."""
    argv = [sys.executable, "-c", LIST_HEAVY, module, *HEAVY]
    result = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()
