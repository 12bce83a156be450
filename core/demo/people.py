"""The people of the demo: merchant staff, and four shoppers who referred each other."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.kernel.errors import NotFound
from core.kernel.values import dataclass
from core.members.services import (
    add_address,
    agreed,
    create_member,
    member_by_phone,
    prepare_password,
    record_consents,
)
from core.members.types import AddressForm
from core.sharing.services import bind, create_share
from core.staff.services import (
    create_staff,
    ensure_builtin_roles,
    prepare_staff_password,
    staff_by_email,
)

PASSWORD = "banyan-demo"  # noqa: S105 (printed at every start of the demo)


@dataclass(frozen=True)
class DemoAccount:
    """An account to try: ``login`` is an e-mail address; members may use phone and code, too."""

    id: UUID
    name: str
    login: str
    password: str
    role: str
    phone: str = ""


@dataclass(frozen=True)
class DemoPeople:
    """Every account of the demo, to be printed."""

    staff: tuple[DemoAccount, ...]
    members: tuple[DemoAccount, ...]


@dataclass(frozen=True)
class _Shopper:
    nickname: str
    mailbox: str
    phone: str
    address: tuple[str, str, str, str]


_STAFF = (
    ("admin@demo.banyan", "店主", "owner"),
    ("finance@demo.banyan", "财务小陈", "finance"),
    ("clerk@demo.banyan", "店员小周", "clerk"),
)
_SHOPPERS = (
    _Shopper(
        "林知夏",
        "lin@demo.banyan",
        "+8613800000001",
        ("浙江省", "杭州市", "西湖区", "文三路 90 号东部软件园 3 幢 1201 室"),
    ),
    _Shopper(
        "许知远",
        "xu@demo.banyan",
        "+8613800000002",
        ("上海市", "上海市", "徐汇区", "衡山路 880 弄 6 号 302 室"),
    ),
    _Shopper(
        "沈拾光",
        "shen@demo.banyan",
        "+8613800000003",
        ("江苏省", "苏州市", "姑苏区", "平江路 215 号"),
    ),
    _Shopper(
        "苏晚",
        "su@demo.banyan",
        "+8613800000004",
        ("四川省", "成都市", "锦江区", "镗钯街 48 号 2 单元 501 室"),
    ),
)


def seed_people(session: Session) -> DemoPeople:
    """Make the demo's accounts; those that are there already are left as they are.

    林知夏 referred 许知远, who referred 沈拾光, who referred 苏晚: whoever buys through a link of
    沈拾光 pays three uplines.
    """
    return DemoPeople(_seed_staff(session), _seed_members(session))


def _seed_staff(session: Session) -> tuple[DemoAccount, ...]:
    ensure_builtin_roles(session)
    accounts = []
    for mailbox, name, role_key in _STAFF:
        try:
            staff = staff_by_email(session, mailbox)
        except NotFound:
            staff = create_staff(
                session,
                email=mailbox,
                name=name,
                role_key=role_key,
                password_hash=prepare_staff_password(PASSWORD),
            )
        accounts.append(DemoAccount(staff.id, staff.name, mailbox, PASSWORD, staff.role_key))
    return tuple(accounts)


def _seed_members(session: Session) -> tuple[DemoAccount, ...]:
    accounts: list[DemoAccount] = []
    for shopper in _SHOPPERS:
        try:
            member_id = member_by_phone(session, shopper.phone).id
        except NotFound:
            member_id = _make(session, shopper)
            if accounts:
                _refer(session, accounts[-1].id, member_id)
        accounts.append(
            DemoAccount(
                member_id, shopper.nickname, shopper.mailbox, PASSWORD, "member", shopper.phone
            )
        )
    return tuple(accounts)


def _make(session: Session, shopper: _Shopper) -> UUID:
    member_id = create_member(
        session,
        source="demo",
        phone=shopper.phone,
        email=shopper.mailbox,
        password=prepare_password(PASSWORD),
        nickname=shopper.nickname,
    )
    record_consents(session, member_id, agreed(is_marketing=True), source="demo")
    province, city, district, detail = shopper.address
    add_address(
        session,
        member_id,
        AddressForm(
            name=shopper.nickname,
            phone=shopper.phone,
            province=province,
            city=city,
            district=district,
            detail=detail,
        ),
    )
    return member_id


def _refer(session: Session, referrer_id: UUID, member_id: UUID) -> None:
    share = create_share(session, referrer_id, "store", "")
    bind(session, member_id, referrer_id, reason="registration", share_id=share.id)
