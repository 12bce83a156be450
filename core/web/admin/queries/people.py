"""Names of people by id, for pages that list what they did."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.members.models import Member
from core.members.types import display_name
from core.staff.services import staff_names
from core.web import context, i18n
from core.web.admin.wording import WORDS


def member_names(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """What to call members, by id. One statement; none when there is nobody to ask for."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(Member.id, Member.nickname, Member.phone, Member.email).where(
            Member.id.in_(wanted)
        )
    )
    return {row.id: display_name(row.nickname, row.phone, row.email) for row in rows}


def actor_names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Names of actors such as ``staff:<uuid>``; no person is put in words. Two statements."""
    actors = list(actors)
    members = member_names(session, _member_ids(actors))
    found = {f"member:{each}": name for each, name in members.items()}
    return {each: _in_words(each) for each in actors} | found | staff_names(session, actors)


def _in_words(actor: str) -> str:
    """Who is no person: a plugin by its title, the command line with its user, and so on."""
    kind, _, name = actor.partition(":")
    if kind == "plugin":
        plugin = context.shop().plugins.plugins.get(name)
        return plugin.manifest.label_in(i18n.locale()) if plugin else name
    known = WORDS["actor"].get(kind)
    if known is None:
        return actor
    label = i18n.gettext(known[0])
    return f"{label} ({name})" if name else label


def _member_ids(actors: Iterable[str]) -> set[UUID]:
    found = set()
    for actor in actors:
        if actor.startswith("member:"):
            try:
                found.add(UUID(actor.removeprefix("member:")))
            except ValueError:
                continue
    return found
