"""Names that no plugin can have, because they mean something of the trunk's own.

A plugin's name is the prefix of its rights, jobs and other keys, the folder of its templates, and
a step of its address in the admin; one of these names would stand in for a part of the trunk.
"""

from pathlib import Path

import core
from core.staff.permissions import CORE_PERMISSIONS

ROOMS = frozenset(each.parent.name for each in Path(core.__file__).parent.glob("*/__init__.py"))
"""The packages of the trunk; most of its keys begin with one of them."""

RIGHTS = frozenset(right.key.partition(".")[0] for right in CORE_PERMISSIONS)
"""What the trunk's rights begin with."""

ADDRESSES = frozenset({"history"})
"""Pages of the admin that stand where the page of a plugin would."""

_OTHERS = frozenset(
    {
        *("house", "sandbox", "wallet"),  # the trunk's other keys
        *("admin", "store", "blocks"),  # the trunk's templates
        *("core", "banyan", "plugin", "plugins", "test", "tests"),  # Python's packages
    }
)

RESERVED = ROOMS | RIGHTS | ADDRESSES | _OTHERS
