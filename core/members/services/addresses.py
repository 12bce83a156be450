"""Addresses of members: at most twenty, exactly one of them the default."""

from dataclasses import asdict, fields
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.db.statements import changed, value_of
from core.kernel.clock import now
from core.kernel.contacts import parse_phone
from core.kernel.errors import NotFound, Rejected
from core.kernel.ids import new_id
from core.members.models import Address, Member
from core.members.rules import ADDRESSES_MAX, clean_address
from core.members.types import AddressForm, AddressView

_address = cast(sa.Table, Address.__table__)
_VIEW: Any = tuple(_address.c[field.name] for field in fields(AddressView))
_ONE = Prepared(
    sa.select(*_VIEW).where(
        _address.c.id == sa.bindparam("address_id"),
        _address.c.member_id == sa.bindparam("member_id"),
    )
)
_ALL = Prepared(
    sa.select(*_VIEW)
    .where(_address.c.member_id == sa.bindparam("member_id"))
    .order_by(_address.c.is_default.desc(), _address.c.created_at.desc(), _address.c.id.desc())
)


def addresses_of(session: Session, member_id: UUID) -> list[AddressView]:
    """A member's addresses, the default first, then the newest."""
    return [value_of(AddressView, row) for row in _ALL.all(session, {"member_id": member_id})]


def has_address(session: Session, member_id: UUID) -> bool:
    """Whether a member keeps an address; one statement."""
    query = sa.select(Address.id).where(Address.member_id == member_id).limit(1)
    return session.execute(query).first() is not None


def address_of(session: Session, member_id: UUID, address_id: UUID) -> AddressView:
    """One address of this member; one statement.

    Raises:
        NotFound: no such address, or somebody else's.
    """
    row = _ONE.first(session, {"address_id": address_id, "member_id": member_id})
    if row is None:
        raise _unknown()
    return value_of(AddressView, row)


def add_address(session: Session, member_id: UUID, form: AddressForm) -> AddressView:
    """Keep a new address; the first one is the default whatever the form says.

    Raises:
        InvalidInput: a field is empty, too long, or no phone number.
        Rejected: there are twenty already.
        NotFound: no such member.
    """
    form, phone = clean_address(form), parse_phone(form.phone)
    _lock_member(session, member_id)
    count, defaults = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((Address.is_default, 1)))).where(
            Address.member_id == member_id
        )
    ).one()
    if count >= ADDRESSES_MAX:
        raise Rejected(
            "address.many", "You can keep at most %(most)s addresses.", most=ADDRESSES_MAX
        )
    is_default = form.is_default or not defaults
    if is_default:
        _clear_default(session, member_id)
    address_id = new_id()
    session.execute(
        sa.insert(Address).values(
            {
                **asdict(form),
                "phone": phone,
                "id": address_id,
                "member_id": member_id,
                "is_default": is_default,
                "created_at": now(),
            }
        )
    )
    return address_of(session, member_id, address_id)


def update_address(
    session: Session, member_id: UUID, address_id: UUID, form: AddressForm
) -> AddressView:
    """Change an address. The default stays the default until another one is chosen.

    Raises:
        InvalidInput: a field is empty, too long, or no phone number.
        NotFound: no such address, or somebody else's.
    """
    form, phone = clean_address(form), parse_phone(form.phone)
    _lock_member(session, member_id)
    current = address_of(session, member_id, address_id)
    is_default = current.is_default or form.is_default
    if is_default:
        _clear_default(session, member_id)
    changed(
        session,
        sa.update(Address)
        .where(Address.id == address_id, Address.member_id == member_id)
        .values({**asdict(form), "phone": phone, "is_default": is_default}),
    )
    return address_of(session, member_id, address_id)


def set_default_address(session: Session, member_id: UUID, address_id: UUID) -> None:
    """Make this address the default.

    Raises:
        NotFound: no such address, or somebody else's.
    """
    _lock_member(session, member_id)
    address_of(session, member_id, address_id)
    _clear_default(session, member_id)
    changed(session, sa.update(Address).where(Address.id == address_id).values(is_default=True))


def delete_address(session: Session, member_id: UUID, address_id: UUID) -> None:
    """Forget an address; when it was the default, the newest of the others becomes it.

    Raises:
        NotFound: no such address, or somebody else's.
    """
    _lock_member(session, member_id)
    gone = address_of(session, member_id, address_id)
    changed(session, sa.delete(Address).where(Address.id == address_id))
    rest = addresses_of(session, member_id)
    if gone.is_default and rest:
        changed(session, sa.update(Address).where(Address.id == rest[0].id).values(is_default=True))


def _clear_default(session: Session, member_id: UUID) -> None:
    changed(
        session,
        sa.update(Address)
        .where(Address.member_id == member_id, Address.is_default)
        .values(is_default=False),
    )


def _lock_member(session: Session, member_id: UUID) -> None:
    """Let only one request at a time change a member's addresses."""
    found = session.execute(
        sa.select(Member.id).where(Member.id == member_id).with_for_update(key_share=True)
    ).one_or_none()
    if found is None:
        raise NotFound("member.unknown", "There is no such member.")


def _unknown() -> NotFound:
    return NotFound("address.unknown", "There is no such address.")
