"""Decisions about members: names, passwords, codes, how long things last. Plain Python."""

import hashlib
import hmac
import secrets
import unicodedata
from datetime import date, timedelta

from core.kernel.errors import InvalidInput
from core.kernel.text import squeeze
from core.kernel.values import dataclass
from core.members.types import AddressForm, CodePurpose, ConsentPurpose, Realm

NICKNAME_MAX = 20
PASSWORD_MIN, PASSWORD_MAX = 8, 128
ADDRESSES_MAX = 20

_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz")

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5

TOUCH_EVERY = timedelta(minutes=10)
"""How stale ``seen_at`` of a session may get before a request writes it again."""

VERSIONS = {ConsentPurpose.TERMS: "1", ConsentPurpose.PRIVACY: "1", ConsentPurpose.MARKETING: "1"}
"""Version in force of each text a member answers to; raise one when its text changes."""

REQUIRED_CONSENTS = (ConsentPurpose.TERMS, ConsentPurpose.PRIVACY)
"""Nobody gets an account without a yes to these."""


@dataclass(frozen=True)
class Limit:
    """``count`` tries in ``window_s`` seconds."""

    count: int
    window_s: int


CODE_LIMITS_TARGET = (Limit(1, 60), Limit(5, 3_600), Limit(10, 86_400))
"""Codes sent to one phone or mailbox."""
CODE_LIMITS_IP = (Limit(20, 3_600), Limit(60, 86_400))
"""Codes asked for from one address."""
SIGN_IN_LIMITS_PAIR = (Limit(10, 900),)
"""Sign-in tries on one account from one address."""
SIGN_IN_LIMITS_TARGET = (Limit(60, 3_600),)
"""Sign-in tries on one account from anywhere: wide, so that nobody can lock others out easily."""
SIGN_IN_LIMITS_IP = (Limit(60, 900),)
"""Sign-in tries from one address."""
REGISTER_LIMITS_IP = (Limit(20, 3_600),)
"""Accounts made with a password from one address."""


@dataclass(frozen=True)
class SessionLife:
    """A session ends ``idle`` after it was last seen, and ``longest`` after it began."""

    idle: timedelta
    longest: timedelta


SESSION_LIVES = {
    Realm.MEMBER: SessionLife(idle=timedelta(days=30), longest=timedelta(days=180)),
    Realm.STAFF: SessionLife(idle=timedelta(hours=12), longest=timedelta(days=7)),
}


def clean_nickname(text: str) -> str:
    """A nickname on one line, at most 20 characters; empty is allowed.

    Markup is kept as typed: templates escape it. Marks that stack up on a letter are dropped
    beyond the second.

    Raises:
        InvalidInput: too long.
    """
    kept, marks = [], 0
    for character in squeeze(text[:400]):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= 2:
            kept.append(character)
    nickname = unicodedata.normalize("NFC", "".join(kept))
    if len(nickname) > NICKNAME_MAX:
        raise InvalidInput(
            "member.nickname",
            "A nickname has at most %(most)s characters.",
            field="nickname",
            most=NICKNAME_MAX,
        )
    return nickname


def check_birthday(birthday_on: date, today: date) -> date:
    """A birthday somebody alive can have.

    Raises:
        InvalidInput: in the future or more than 120 years ago.
    """
    if not today.replace(year=today.year - 120, day=1) <= birthday_on <= today:
        raise InvalidInput("member.birthday", "This birthday cannot be right.", field="birthday_on")
    return birthday_on


def check_password(password: str) -> str:
    """A password worth keeping: 8 to 128 characters, at least four different, no counting.

    Raises:
        InvalidInput: too short, too long or too plain.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise InvalidInput(
            "member.password_length",
            "A password has %(least)s to %(most)s characters.",
            field="password",
            least=PASSWORD_MIN,
            most=PASSWORD_MAX,
        )
    if len(set(password)) < 4 or any(password in run for run in _RUNS):
        raise InvalidInput(
            "member.password_plain", "This password is too easy to guess.", field="password"
        )
    return password


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code_hash(salt: str, target: str, purpose: CodePurpose, code: str) -> str:
    """What is stored of a code; ``salt`` is its row's id."""
    return hashlib.sha256(f"{salt}|{target}|{purpose}|{code}".encode()).hexdigest()


def is_code(stored: str, salt: str, target: str, purpose: CodePurpose, code: str) -> bool:
    """Whether this is the code that was sent; spaces around and full-width digits are forgiven."""
    typed = unicodedata.normalize("NFKC", code).strip()
    return hmac.compare_digest(stored, code_hash(salt, target, purpose, typed))


def clean_address(form: AddressForm) -> AddressForm:
    """The address with every text squeezed. The phone is checked elsewhere.

    Raises:
        InvalidInput: something needed is empty, or too long; ``field`` names it.
    """
    longest = {
        "name": 40,
        "province": 40,
        "city": 40,
        "district": 40,
        "detail": 200,
        "postcode": 10,
    }
    cleaned: dict[str, str] = {}
    for field, most in longest.items():
        text = squeeze(getattr(form, field)[:1000])
        if not text and field not in {"district", "postcode"}:
            raise InvalidInput("address.empty", "Please fill this in.", field=field)
        if len(text) > most:
            raise InvalidInput(
                "address.long", "At most %(most)s characters.", field=field, most=most
            )
        cleaned[field] = text
    return AddressForm(**cleaned, phone=form.phone, is_default=form.is_default)
