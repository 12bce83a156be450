"""Phone numbers and mailboxes: one stored form for each.

The number library and the mail library load at first use; together they cost a tenth of a second.
"""

from core.kernel.errors import InvalidInput

HOME_REGION = "CN"


def parse_phone(text: str, *, field: str = "phone", is_mobile: bool = False) -> str:
    """A phone number in E.164, such as ``+8613800000001``; without a country code it is Chinese.

    Args:
        text: as typed, spaces and hyphens allowed.
        field: named by the error.
        is_mobile: refuse numbers that surely are land lines (they cannot get a code).

    Raises:
        InvalidInput: not a phone number that can exist.
    """
    import phonenumbers as numbers

    try:
        number = numbers.parse(text.strip()[:40], HOME_REGION)
    except numbers.NumberParseException:
        raise _no_phone(field) from None
    if not numbers.is_valid_number(number):
        raise _no_phone(field)
    if is_mobile and numbers.number_type(number) == numbers.PhoneNumberType.FIXED_LINE:
        raise _no_phone(field)
    return numbers.format_number(number, numbers.PhoneNumberFormat.E164)


def parse_email(text: str, *, field: str = "email") -> str:
    """A mailbox in lower case and normal form. Does not ask the network whether it exists.

    Raises:
        InvalidInput: not a mailbox.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise InvalidInput(
            "contact.email", "This is not a valid e-mail address.", field=field
        ) from None
    return found.normalized.lower()


def _no_phone(field: str) -> InvalidInput:
    return InvalidInput("contact.phone", "This is not a valid phone number.", field=field)
