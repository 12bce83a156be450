"""A staff member's draft of the next programme: kept between pages until it is published."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import Conflict
from core.api.values import dataclass
from plugins.distribution.models import ProgrammeDraft
from plugins.distribution.rules import Programme, from_json, to_json
from plugins.distribution.rules.comparing import changes
from plugins.distribution.rules.editing import rebase
from plugins.distribution.services.programmes import DEFAULT, current, version_numbered

MOST_PICKED = 2000


@dataclass(frozen=True)
class Draft:
    """What somebody works on.

    Args:
        programme: as they left it; the version in force when they changed nothing.
        base: the version they started from.
        in_force: the version that holds now.
        picked: products that wait to be put into a plan.
    """

    programme: Programme
    base: Programme
    in_force: Programme
    picked: tuple[UUID, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether publishing would change anything about what they started from."""
        return bool(changes(self.base, self.programme))

    @property
    def is_overtaken(self) -> bool:
        """Whether somebody else published meanwhile."""
        return self.base.version != self.in_force.version


def draft_of(session: Session, actor: str) -> Draft:
    """The draft of a staff member.

    One that changed nothing follows the version in force by itself.
    """
    in_force = current(session)
    row = session.get(ProgrammeDraft, actor)
    if row is None:
        return Draft(in_force, in_force, in_force)
    picked = tuple(map(UUID, row.picked))
    base = in_force
    if row.base_version != in_force.version:
        base = version_numbered(session, row.base_version) or DEFAULT
    programme = from_json(row.base_version, row.body)
    if base is not in_force and not changes(base, programme):
        return Draft(in_force, in_force, in_force, picked)
    return Draft(programme, base, in_force, picked)


def save_draft(session: Session, actor: str, programme: Programme) -> None:
    """Keep what they have; it is based on what their draft was based on before.

    Raises:
        Conflict: somebody else published meanwhile and they have not looked yet.
    """
    draft = draft_of(session, actor)
    if draft.is_overtaken:
        raise overtaken()
    _store(session, actor, draft.base.version, programme, draft.picked)


def take_over(session: Session, actor: str) -> Programme:
    """Do their changes to the version in force, which somebody else published meanwhile."""
    draft = draft_of(session, actor)
    programme = rebase(draft.base, draft.programme, draft.in_force)
    _store(session, actor, draft.in_force.version, programme, draft.picked)
    return programme


def start_from(session: Session, actor: str, programme: Programme) -> None:
    """Make another version their draft, such as an old one that shall be in force again."""
    draft = draft_of(session, actor)
    _store(session, actor, draft.in_force.version, programme, draft.picked)


def pick(session: Session, actor: str, products: Sequence[UUID]) -> int:
    """Note products that wait to be put into a plan; an empty list forgets them.

    Returns:
        How many wait now.
    """
    draft = draft_of(session, actor)
    picked = tuple(dict.fromkeys([*draft.picked, *products]))[:MOST_PICKED] if products else ()
    _store(session, actor, draft.base.version, draft.programme, picked)
    return len(picked)


def discard(session: Session, actor: str) -> None:
    """Throw a draft away."""
    row = session.get(ProgrammeDraft, actor)
    if row is not None:
        session.delete(row)
        session.flush()


def overtaken() -> Conflict:
    """What somebody is told whose draft is based on a version that is no longer in force."""
    return Conflict(
        "distribution.draft_overtaken",
        "Somebody else published a version meanwhile. Take your changes over first.",
    )


def _store(
    session: Session,
    actor: str,
    base_version: int,
    programme: Programme,
    picked: Sequence[UUID],
) -> None:
    row = session.get(ProgrammeDraft, actor)
    if row is None:
        row = ProgrammeDraft(actor=actor)
        session.add(row)
    row.base_version, row.body, row.changed_at = base_version, to_json(programme), now()
    row.picked = [str(key) for key in picked]
    session.flush()
