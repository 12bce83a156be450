"""What members said yes or no to. Answers are added, never changed: the newest counts."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import value_of
from core.kernel.clock import now
from core.kernel.errors import InvalidInput
from core.kernel.ids import new_id
from core.members.models import Consent
from core.members.rules import REQUIRED_CONSENTS, VERSIONS
from core.members.types import ConsentAnswer, ConsentPurpose, ConsentView


def record_consents(
    session: Session, member_id: UUID, answers: Iterable[ConsentAnswer], *, source: str
) -> None:
    """Keep answers with the version of the text they were given to.

    Args:
        session: unit of work.
        member_id: who answered.
        answers: yes or no by purpose and channel.
        source: where: ``register``, ``settings``, ``unsubscribe`` …

    Raises:
        InvalidInput: an unknown purpose.
    """
    at = now()
    rows = []
    for answer in answers:
        if answer.purpose not in set(ConsentPurpose):
            raise InvalidInput("consent.purpose", "Unknown purpose.", field="purpose")
        rows.append(
            {
                "id": new_id(),
                "member_id": member_id,
                "purpose": answer.purpose,
                "channel": answer.channel,
                "version": answer.version or VERSIONS[ConsentPurpose(answer.purpose)],
                "is_granted": answer.is_granted,
                "source": source,
                "at": at,
            }
        )
    if rows:
        session.execute(sa.insert(Consent), rows)


def check_required(answers: Iterable[ConsentAnswer]) -> None:
    """Refuse to make an account without a yes to terms and privacy.

    Raises:
        InvalidInput: one of them is missing.
    """
    given = {answer.purpose for answer in answers if answer.is_granted}
    if not set(REQUIRED_CONSENTS) <= given:
        raise InvalidInput(
            "consent.required",
            "Please agree to the terms of use and the privacy policy.",
            field="consents",
        )


def agreed(*, is_marketing: bool = False, channel: str = "") -> tuple[ConsentAnswer, ...]:
    """The answers of somebody who ticked “I agree” (and, separately, “keep me posted”)."""
    required = tuple(ConsentAnswer(purpose, is_granted=True) for purpose in REQUIRED_CONSENTS)
    marketing = ConsentAnswer(ConsentPurpose.MARKETING, is_granted=True, channel=channel)
    return (*required, marketing) if is_marketing else required


def consents_of(session: Session, member_id: UUID) -> list[ConsentView]:
    """The answers that count now, one for each purpose and channel."""
    rows = session.execute(
        sa.select(
            Consent.purpose,
            Consent.channel,
            Consent.version,
            Consent.is_granted,
            Consent.source,
            Consent.at,
        )
        .where(Consent.member_id == member_id)
        .order_by(Consent.at, Consent.id)
    )
    latest = {(row.purpose, row.channel): value_of(ConsentView, row) for row in rows}
    return [latest[place] for place in sorted(latest)]


def has_consent(session: Session, member_id: UUID, purpose: str, channel: str = "") -> bool:
    """Whether a member said yes: to this channel, or, without a word on it, to all channels."""
    answers = {
        view.channel: view.is_granted
        for view in consents_of(session, member_id)
        if view.purpose == purpose
    }
    return answers.get(channel, answers.get("", False))
