"""The rights that a plugin adds, and which roles hold them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from core.host.loading import LoadedPlugin
from core.kernel.errors import InvalidInput
from core.staff.services import has_permission, list_roles, role_view, update_role
from core.staff.types import RoleView


def rights_of(plugin: LoadedPlugin) -> list[tuple[str, str]]:
    """Key and label (a catalogue entry) of each right; of one in quarantine only the keys."""
    registered = [(each.key, each.label) for each in plugin.contributions.permissions]
    return registered or [(key, key) for key in plugin.manifest.permissions]


def holders_of(session: Session, keys: Iterable[str]) -> dict[str, list[RoleView]]:
    """The roles that hold each right. One statement."""
    roles = list_roles(session)
    return {key: [role for role in roles if has_permission(role.permissions, key)] for key in keys}


def set_rights(
    session: Session, plugin: LoadedPlugin, role_id: UUID, keys: Iterable[str]
) -> tuple[RoleView, RoleView]:
    """Let a role hold exactly these of a plugin's rights; its other rights stay as they are.

    Returns:
        The role before and after.

    Raises:
        InvalidInput: a right that is not the plugin's.
        NotFound: no such role.
        Rejected: the owner's role, which holds every right.
    """
    own, wanted = {key for key, _ in rights_of(plugin)}, set(keys)
    if not wanted <= own:
        raise InvalidInput("role.permission", "There is no such permission.", field="right")
    before = role_view(session, role_id)
    kept = before.permissions - own
    after = update_role(
        session, role_id, permissions=sorted({*kept, *wanted}), extra=sorted({*kept, *own})
    )
    return before, after
