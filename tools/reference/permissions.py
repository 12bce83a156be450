"""``permissions.md``: every right of the trunk, and which roles start with it."""

from core.staff.permissions import ALL, BUILTIN_ROLES, CORE_PERMISSIONS
from tools.reference.markdown import code, finish, head, spaced, table
from tools.reference.source import find


def page() -> str:
    """The page."""
    lines = head(
        "Permissions",
        "Rights that roles hold. Admin pages, columns, panels, cards and bulk actions name the one "
        "they need; a plugin may name those of the trunk below, or its own "
        "([`Permission`](hooks.md#permission)). Labels and headings are catalogue entries.",
    )
    lines += spaced(find("core.staff.permissions", "has_permission").doc.paragraphs)
    lines += table(
        ["Right", "What it allows", "Heading", "Roles that start with it"],
        (
            [code(each.key), each.label, each.group, ", ".join(roles_with(each.key))]
            for each in CORE_PERMISSIONS
        ),
    )
    return finish(lines)


def roles_with(key: str) -> list[str]:
    """Names of built-in roles that hold a right."""
    return [
        role.name for role in BUILTIN_ROLES if ALL in role.permissions or key in role.permissions
    ]
