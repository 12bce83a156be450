"""``banyan staff``: people who work in the store."""

from typing import TYPE_CHECKING

import click

from core.cli.reporting import actor, json_option, opened_shop, report
from core.kernel.errors import Rejected
from core.kernel.ids import new_token

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@click.group()
def staff() -> None:
    """People who work in the store."""


@staff.command()
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", default="owner", show_default=True, help="owner, manager, clerk, finance …")
@click.option("--password", help="Asked for when missing.")
@click.option("--generate", is_flag=True, help="Make up a password and print it.")
@json_option
def create(
    email: str, name: str, role: str, password: str | None, generate: bool, as_json: bool
) -> None:
    """Add somebody who may sign in to the admin."""
    from core.staff.services import (
        audit,
        create_staff,
        ensure_builtin_roles,
        prepare_staff_password,
    )

    made = new_token(12) if generate else None
    hashed = prepare_staff_password(made or password or _asked(as_json))
    with opened_shop() as shop, shop.database.write() as session:
        ensure_builtin_roles(session)
        _refuse_unknown_role(session, role)
        person = create_staff(session, email=email, name=name, role_key=role, password_hash=hashed)
        who = actor()
        audit(
            session,
            actor=who,
            actor_name=who,
            action="staff.create",
            object_kind="staff",
            object_ref=person.email,
            after={"name": person.name, "role": role},
        )
    found = {"email": person.email, "name": person.name, "role": role, "id": person.id}
    lines = [f"{person.name} <{person.email}> may sign in at /admin as {role}."]
    if made:
        found["password"] = made
        lines.append(f"Password: {made}")
    report(found, "\n".join(lines), as_json=as_json)


def _refuse_unknown_role(session: "Session", role: str) -> None:
    """Name the roles there are, since nobody at a prompt sees a list of them.

    Raises:
        Rejected: there is no such role.
    """
    from core.staff.services import list_roles

    keys = [view.key for view in list_roles(session)]
    if role not in keys:
        raise Rejected(
            "staff.role",
            "There is no role %(role)s; there are: %(roles)s.",
            role=role,
            roles=", ".join(keys),
        )


def _asked(as_json: bool) -> str:
    """A password that somebody types twice.

    Raises:
        Rejected: a program asks, which cannot type.
    """
    if as_json:
        raise Rejected("staff.no_password", "Give --password, or --generate to have one made up.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
