"""Reading and changing the store's settings."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import state
from core.db.state import Setting
from core.kernel.errors import InvalidInput
from core.settings.rules import StoreSettings


def load_settings(session: Session) -> StoreSettings:
    """The settings as stored over their defaults; names that no longer exist are ignored."""
    known = {field.name for field in fields(StoreSettings)}
    rows = session.execute(sa.select(Setting.name, Setting.value)).all()
    return replace(StoreSettings(), **{name: value for name, value in rows if name in known})


def save_settings(session: Session, changes: Mapping[str, Any]) -> StoreSettings:
    """Store changed settings and tell every process.

    Raises:
        InvalidInput: an unknown name, or a value of another type than the default's.
    """
    defaults = StoreSettings()
    types = {field.name: type(getattr(defaults, field.name)) for field in fields(defaults)}
    for name, value in changes.items():
        expected = str if name in types and issubclass(types[name], str) else types.get(name)
        if expected is None or type(value) is not expected:
            raise InvalidInput(
                "settings.value", "“%(field)s” does not take this value.", field=name
            )
        stored = session.get(Setting, name)
        if stored is None:
            session.add(Setting(name=name, value=value))
        else:
            stored.value = value
    session.flush()
    state.bump(session, state.SETTINGS)
    return load_settings(session)
