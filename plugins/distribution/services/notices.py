"""What members are told of decisions about them: named or accepted, refused, frozen, set free."""

from sqlalchemy.orm import Session

from core.api.members import member_view
from core.api.messages import Template, Text, declare_template, send
from core.api.settings import load_settings
from plugins.distribution.models import Distributor

ACCEPTED, RESTORED = "distribution.accepted", "distribution.restored"
REFUSED, FROZEN = "distribution.refused", "distribution.frozen"

for _key, _zh, _en in (
    (
        ACCEPTED,
        Text(
            "你已成为推广员",
            "【%(shop)s】你已成为推广员，可在推广中心查看规则并开始分享。",
        ),
        Text(
            "You are a distributor now",
            "[%(shop)s] You are a distributor now. Rules and links: see the distributor centre.",
        ),
    ),
    (
        RESTORED,
        Text(
            "你的推广资格已恢复",
            "【%(shop)s】你的推广资格已恢复，新订单开始计佣。",
        ),
        Text(
            "Your distributor account is active again",
            "[%(shop)s] Your distributor account is active again; new orders earn.",
        ),
    ),
    (
        REFUSED,
        Text(
            "你的推广员申请未通过",
            "【%(shop)s】你的推广员申请未通过，原因可在“分享赚”页面查看。",
        ),
        Text(
            "Your application was not accepted",
            "[%(shop)s] Your application was not accepted. Why: see “Share and earn”.",
        ),
    ),
    (
        FROZEN,
        Text(
            "你的推广资格已冻结",
            "【%(shop)s】你的推广资格已冻结，原因可在推广中心查看。已得佣金仍归你所有。",
        ),
        Text(
            "Your distributor account is frozen",
            "[%(shop)s] Your distributor account is frozen. Why: see the distributor centre. "
            "What you earned stays yours.",
        ),
    ),
):
    declare_template(Template(_key, {"zh": _zh, "en": _en}))


_TEMPLATES = {"active": ACCEPTED, "rejected": REFUSED, "frozen": FROZEN}


def tell(session: Session, row: Distributor, before: str) -> None:
    """Tell a member where they stand since staff decided, once a decision.

    Reasons stay in the centre. Members without phone and mailbox are not told.

    Args:
        session: unit of work.
        row: theirs, after the decision.
        before: their state before it.
    """
    is_back = (before, row.state) == ("frozen", "active")
    template = RESTORED if is_back else _TEMPLATES.get(row.state)
    view = member_view(session, row.member_id)
    recipient = view.phone or view.email
    if template is None or recipient is None:
        return
    send(
        session,
        key=f"{template}:{row.member_id}:{row.changed_at:%Y%m%dT%H%M%S%f}",
        channel_kind="sms" if view.phone else "email",
        recipient=recipient,
        template=template,
        params={"shop": load_settings(session).name_in(view.locale)},
        member_id=view.id,
        locale=view.locale,
    )
