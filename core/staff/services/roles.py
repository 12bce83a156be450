"""Roles: named sets of rights. Four are built in; merchants make their own."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed, insert_or
from core.kernel.errors import Conflict, NotFound, Rejected
from core.kernel.ids import new_code, new_id
from core.staff.models import Role, Staff
from core.staff.permissions import BUILTIN_ROLES, CORE_PERMISSIONS, OWNER
from core.staff.rules import check_permissions, clean_name
from core.staff.types import RoleView

_VIEW: Any = (Role.id, Role.key, Role.name, Role.permissions, Role.is_builtin)


def ensure_builtin_roles(session: Session) -> None:
    """Make the built-in roles that are missing; those that stand are left as the merchant set them.

    The owner always holds every right.
    """
    session.execute(
        insert_or(session, Role.__table__).on_conflict_do_nothing(index_elements=["key"]),
        [
            {
                "id": new_id(),
                "key": role.key,
                "name": role.name,
                "permissions": list(role.permissions),
                "is_builtin": True,
            }
            for role in BUILTIN_ROLES
        ],
    )


def list_roles(session: Session) -> list[RoleView]:
    """Every role with how many people hold it, built-in ones first."""
    held = sa.func.count(Staff.id)
    rows = session.execute(
        sa.select(Role.id, held).outerjoin(Staff, Staff.role_id == Role.id).group_by(Role.id)
    )
    counts = {row[0]: row[1] for row in rows}
    roles = session.execute(sa.select(*_VIEW).order_by(Role.is_builtin.desc(), Role.name)).all()
    return [_view(row, counts.get(row.id, 0)) for row in roles]


def role_view(session: Session, role_id: UUID) -> RoleView:
    """One role.

    Raises:
        NotFound: no such role.
    """
    row = session.execute(sa.select(*_VIEW).where(Role.id == role_id)).one_or_none()
    if row is None:
        raise _unknown()
    count = session.execute(
        sa.select(sa.func.count()).select_from(Staff).where(Staff.role_id == role_id)
    ).scalar_one()
    return _view(row, count)


def create_role(
    session: Session, *, name: str, permissions: Iterable[str], extra: Iterable[str] = ()
) -> RoleView:
    """Make a role.

    Args:
        session: unit of work.
        name: shown where staff is edited.
        permissions: the rights it grants.
        extra: rights of plugins, which the trunk does not know.

    Raises:
        InvalidInput: no name, or an unknown right.
        Conflict: another role has this name.
    """
    name, chosen = clean_name(name), check_permissions(permissions, _known(extra))
    _check_name(session, name, None)
    role_id = new_id()
    session.execute(
        sa.insert(Role).values(
            id=role_id,
            key=f"own-{new_code(8).lower()}",
            name=name,
            permissions=chosen,
            is_builtin=False,
        )
    )
    return role_view(session, role_id)


def update_role(
    session: Session,
    role_id: UUID,
    *,
    permissions: Iterable[str],
    name: str | None = None,
    extra: Iterable[str] = (),
) -> RoleView:
    """Change what a role grants (and the name of one the merchant made).

    Raises:
        InvalidInput: no name, or an unknown right.
        Conflict: another role has this name.
        NotFound: no such role.
        Rejected: the owner's role.
    """
    role = role_view(session, role_id)
    if role.key == OWNER:
        raise Rejected("role.owner", "The owner's role holds every right and cannot be changed.")
    values: dict[str, Any] = {"permissions": check_permissions(permissions, _known(extra))}
    if name is not None and not role.is_builtin:
        values["name"] = clean_name(name)
        _check_name(session, values["name"], role_id)
    changed(session, sa.update(Role).where(Role.id == role_id).values(**values))
    return role_view(session, role_id)


def delete_role(session: Session, role_id: UUID) -> None:
    """Delete a role nobody holds.

    Raises:
        NotFound: no such role.
        Rejected: built in, or somebody holds it.
    """
    role = role_view(session, role_id)
    if role.is_builtin:
        raise Rejected("role.builtin", "Built-in roles cannot be deleted.")
    if role.staff_count:
        raise Rejected("role.held", "Somebody still holds this role.")
    changed(session, sa.delete(Role).where(Role.id == role_id))


def _known(extra: Iterable[str]) -> set[str]:
    return {permission.key for permission in CORE_PERMISSIONS} | set(extra)


def _check_name(session: Session, name: str, own_id: UUID | None) -> None:
    taken = session.execute(sa.select(Role.id).where(Role.name == name)).scalars().first()
    if taken not in (None, own_id):
        raise Conflict("role.name_taken", "Another role has this name.", field="name")


def _view(row: Any, staff_count: int) -> RoleView:
    return RoleView(
        row.id, row.key, row.name, frozenset(row.permissions), row.is_builtin, staff_count
    )


def _unknown() -> NotFound:
    return NotFound("role.unknown", "There is no such role.")
