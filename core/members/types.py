"""Values of members that other rooms, the faces and plugins see; never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from core.kernel.text import mask_phone

SANDBOX_CHANNEL = "sandbox"
"""The channel in which following is played where there is no real one."""


class Realm(StrEnum):
    """Whose session it is: the two never open each other's doors."""

    MEMBER = "member"
    STAFF = "staff"


class MemberState(StrEnum):
    """Whether a member may sign in. An erased member never comes back."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    ERASED = "erased"


class CodePurpose(StrEnum):
    """What a one-time code is for; a code for one purpose is worthless for another."""

    SIGN_IN = "sign_in"
    BIND = "bind"
    RESET = "reset"


class ConsentPurpose(StrEnum):
    """What a member says yes or no to."""

    TERMS = "terms"
    PRIVACY = "privacy"
    MARKETING = "marketing"


@dataclass(frozen=True)
class Principal:
    """Who a request comes from: the signed-in member or staff member.

    Args:
        realm: :class:`Realm`.
        subject_id: id of the member or staff member.
        name: nickname (else masked phone) of a member, name of a staff member.
        locale: language the person chose.
        session_key: names the session row; give it to ``revoke_session`` to sign out.
        avatar_id: picture of a member.
        permissions: rights of a staff member; empty for members.
        is_touch_due: the edge should call ``touch_session`` in a unit of work of its own.
    """

    realm: str
    subject_id: UUID
    name: str
    locale: str
    session_key: str
    avatar_id: UUID | None = None
    permissions: frozenset[str] = frozenset()
    is_touch_due: bool = False

    @property
    def actor(self) -> str:
        """The person as logs and journals name them: ``member:<uuid>`` or ``staff:<uuid>``."""
        return f"{self.realm}:{self.subject_id}"


@dataclass(frozen=True)
class MemberView:
    """A member as their own pages and the merchant see them. Phone is E.164, e-mail lower case."""

    id: UUID
    phone: str | None
    email: str | None
    nickname: str
    avatar_id: UUID | None
    birthday_on: date | None
    locale: str
    state: str
    has_password: bool
    created_at: datetime
    last_seen_at: datetime | None

    @property
    def name(self) -> str:
        """What to call them: nickname, else masked phone, else the mailbox without its host."""
        return display_name(self.nickname, self.phone, self.email)

    @property
    def masked_phone(self) -> str:
        """Phone with its middle hidden; empty without a phone."""
        return mask_phone(self.phone) if self.phone else ""


def display_name(nickname: str, phone: str | None, email: str | None) -> str:
    """Nickname, else masked phone, else the first two characters of the mailbox."""
    if nickname:
        return nickname
    if phone:
        return mask_phone(phone)
    return f"{email[:2]}***" if email else ""


@dataclass(frozen=True)
class SignIn:
    """A member proved who they are. ``is_new``: the account was made just now."""

    member: MemberView
    is_new: bool


@dataclass(frozen=True)
class CodeSent:
    """A code is on its way.

    Deliver ``message_id`` (``messages.deliver``) once the unit of work is committed; it is ``None``
    when nothing is sent because there is no such account, which the page must not tell.
    """

    message_id: UUID | None
    expires_at: datetime
    resend_after_s: int


@dataclass(frozen=True)
class ConsentAnswer:
    """One answer: yes or no to a purpose, for one channel or (``""``) for all."""

    purpose: str
    is_granted: bool
    channel: str = ""
    version: str = ""  # empty: the version in force


@dataclass(frozen=True)
class ConsentView:
    """The answer that counts now for a purpose and channel."""

    purpose: str
    channel: str
    version: str
    is_granted: bool
    source: str
    at: datetime


@dataclass(frozen=True)
class FollowView:
    """Whether a member follows the shop in a channel, and since when it is so."""

    channel: str
    is_following: bool
    changed_at: datetime


@dataclass(frozen=True)
class AddressForm:
    """An address as typed. Every text is squeezed and checked by the service."""

    name: str
    phone: str
    province: str
    city: str
    detail: str
    district: str = ""
    postcode: str = ""
    is_default: bool = False


@dataclass(frozen=True)
class AddressView:
    """A stored address; ``phone`` is E.164."""

    id: UUID
    name: str
    phone: str
    province: str
    city: str
    district: str
    detail: str
    postcode: str
    is_default: bool

    @property
    def line(self) -> str:
        """Province to door in one line, as Chinese parcels carry it."""
        return f"{self.province}{self.city}{self.district}{self.detail}"


@dataclass(frozen=True)
class SessionView:
    """A signed-in browser, for the page where a person can sign others out."""

    key: str
    user_agent: str
    ip: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class MemberRow:
    """A line of the merchant's member list."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    state: str
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True)
class NewPassword:
    """A checked and hashed password. Made by ``prepare_password`` before any unit of work opens."""

    hash: str


@dataclass(frozen=True)
class ImportedMember:
    """A customer of another system. ``source_key`` names them there and is unique."""

    source_key: str
    nickname: str
    registered_at: datetime
    locale: str = "zh_Hans_CN"


@dataclass(frozen=True)
class MemberSignals:
    """What may tell that two accounts are one person's: fingerprints, to be compared and dropped.

    Equal fingerprints of one process mean equal facts. They cannot be shown, and are of no use when
    stored: another process makes others. What matched may be said ("the same phone"), not what it
    is.

    Args:
        phones: the phone they sign in with.
        addresses: places of their address book, without names and phones.
        devices: browsers (by cookie) in which they opened share links.
        browsers: network address and browser name of their sign-ins that are kept; weaker than
            ``devices``, since an office or a telephone network has many people behind one address.
        accounts: accounts they asked to be paid to.
        payers: accounts they paid from, where a gateway told; to be compared with ``accounts`` too.
    """

    member_id: UUID
    phones: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    browsers: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    payers: frozenset[str] = frozenset()
