"""The rules in force, and the ladder that is being drafted: one stored document each."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from plugins.membership.models import Document
from plugins.membership.rules.programme import Rules, check_rules, from_json, to_json

RULES = "rules"
DRAFT = "ladder"


def rules_of(session: Session) -> Rules:
    """The rules in force; those by default before anybody changed them. One statement."""
    key = "membership.rules"
    if key not in session.info:
        body = session.scalar(sa.select(Document.body).where(Document.name == RULES))
        session.info[key] = from_json(body) if body else Rules()
    found: Rules = session.info[key]
    return found


def save_rules(session: Session, rules: Rules, actor: str) -> None:
    """Put rules in force. What orders paid before will give stays as it is.

    Raises:
        InvalidInput: a value out of range.
    """
    check_rules(rules)
    put(session, RULES, to_json(rules), actor)
    session.info.pop("membership.rules", None)


def document(session: Session, name: str) -> Document | None:
    """A stored document, with who changed it last."""
    return session.get(Document, name)


def put(session: Session, name: str, body: dict[str, Any], actor: str) -> None:
    """Store a document over the one before."""
    found = session.get(Document, name)
    if found is None:
        session.add(Document(name=name, body=body, actor=actor, changed_at=now()))
    else:
        found.body, found.actor, found.changed_at = body, actor, now()
    session.flush()


def drop(session: Session, name: str) -> None:
    """A document that is not needed any more."""
    session.execute(sa.delete(Document).where(Document.name == name))
