"""What the demo's home page opens with: a picture, a headline, a button."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from core.config import ROOT
from core.themes.manifest import read_theme
from core.themes.services import DEFAULT_THEME, load_choice, save_choice


def seed_front(session: Session, words: Mapping[str, str], picture_id: UUID) -> None:
    """Give the default theme a first slide, unless the home page has one already."""
    choice = load_choice(session)
    if choice.name != DEFAULT_THEME or choice.settings.get("hero_title"):
        return
    slide = {f"hero_{name}": text for name, text in words.items()}
    settings = {**choice.settings, **slide, "hero_picture": str(picture_id)}
    theme = read_theme(ROOT / "themes" / DEFAULT_THEME)
    save_choice(session, replace(choice, settings=settings), theme)
