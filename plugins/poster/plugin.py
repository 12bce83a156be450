"""Everything posters take part in. Each hook calls one function; nothing is decided here."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.api.contributions import (
    AdminPage,
    Block,
    Command,
    DashboardCard,
    Job,
    Permission,
    SettingsSchema,
    StorePage,
)
from core.api.events import (
    MemberErased,
    MemberFollowed,
    MemberRegistered,
    MemberUnfollowed,
    OrderPaid,
    OrderRefunded,
    ReferralBound,
    ShareScanned,
)
from core.api.hooks import hookimpl
from plugins.poster import admin, commands, forms, jobs, views
from plugins.poster.admin import studio_settings, task_board, task_settings, workshop
from plugins.poster.services import posters, tallying, task_fans, task_work


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """What roles can be allowed."""
    return [
        Permission("poster.view", "See posters and their figures"),
        Permission("poster.design", "Design posters"),
        Permission("poster.task", "Run fan tasks and decide about their rewards"),
    ]


@hookimpl
def register_settings() -> SettingsSchema:
    """Who may make posters, and what the watch over fans holds."""
    return SettingsSchema(fields={**studio_settings.FIELDS, **forms.FIELDS, **task_settings.FIELDS})


@hookimpl
def register_jobs() -> Sequence[Job]:
    """Posters that wait to be made; windows of fans that are over."""
    return [
        Job(
            key="poster.render",
            label="Make posters that members asked for",
            run=jobs.render,
            every_seconds=30,
        ),
        Job(
            key="poster.renew",
            label="Make posters anew before they end",
            run=jobs.renew,
            every_seconds=21_600,
        ),
        Job(
            key="poster.tidy",
            label="Clear away posters that nobody needs",
            run=jobs.tidy,
            every_seconds=86_400,
        ),
        Job(
            key="poster.fan_tasks",
            label="Make fans final and reward those who brought them",
            run=task_work.finish,
            every_seconds=60,
        ),
    ]


@hookimpl
def register_commands() -> Sequence[Command]:
    """``banyan x poster demo``."""
    return [commands.DEMO]


@hookimpl
def register_admin_pages() -> Sequence[AdminPage]:
    """Templates, their designer, figures."""
    return admin.PAGES


@hookimpl
def register_dashboard_cards() -> Sequence[DashboardCard]:
    """Rewards that wait for a person, posters that could not be made."""
    return [task_board.CARD, workshop.CARD]


@hookimpl
def register_store_pages() -> Sequence[StorePage]:
    """The studio on the phone, and the posters themselves."""
    return views.PAGES


@hookimpl
def register_blocks() -> Sequence[Block]:
    """Ways in from pages of others."""
    return views.BLOCKS


@hookimpl
def member_erased(session: Session, event: MemberErased) -> None:
    """The posters of an erased member go; as a fan they count no more."""
    posters.forget(session, event.member_id)
    tallying.forget(session, event.member_id)
    task_fans.note_erased(session, event)


@hookimpl
def referral_bound(session: Session, event: ReferralBound) -> None:
    """Somebody new came by a member who takes part in a fan task."""
    task_fans.note_bound(session, event)


@hookimpl
def member_followed(session: Session, event: MemberFollowed) -> None:
    """A fan who only lacked that counts."""
    task_fans.note_followed(session, event)


@hookimpl
def member_unfollowed(session: Session, event: MemberUnfollowed) -> None:
    """A fan who leaves within the window counts no more."""
    task_fans.note_unfollowed(session, event)


@hookimpl
def share_scanned(session: Session, event: ShareScanned) -> None:
    """Somebody came by a poster."""
    tallying.note_scan(session, event)


@hookimpl
def member_registered(session: Session, event: MemberRegistered) -> None:
    """Somebody who scanned a poster made an account."""
    tallying.note_registration(session, event)


@hookimpl
def order_paid(session: Session, event: OrderPaid) -> None:
    """Somebody who scanned a poster bought."""
    tallying.note_order(session, event)


@hookimpl
def order_refunded(session: Session, event: OrderRefunded) -> None:
    """What was bought by a poster went back."""
    tallying.note_refund(session, event)
