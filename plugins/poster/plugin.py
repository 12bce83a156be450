"""Everything posters take part in. Each hook calls one function; nothing is decided here."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.api.contributions import AdminPage, Permission, StorePage
from core.api.events import MemberErased
from core.api.hooks import hookimpl
from plugins.poster import admin, views
from plugins.poster.services import posters


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """What roles can be allowed."""
    return [
        Permission("poster.view", "See posters and their figures"),
        Permission("poster.design", "Design posters"),
    ]


@hookimpl
def register_admin_pages() -> Sequence[AdminPage]:
    """Templates, their designer, figures."""
    return admin.PAGES


@hookimpl
def register_store_pages() -> Sequence[StorePage]:
    """The studio on the phone, and the posters themselves."""
    return views.PAGES


@hookimpl
def member_erased(session: Session, event: MemberErased) -> None:
    """The posters of an erased member go."""
    posters.forget(session, event.member_id)
