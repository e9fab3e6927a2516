"""A number that somebody typed, as a telephone dials it."""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat


def dial(phone: str) -> str:
    """The address that dials a number (RFC 3966); one without a country is Dutch."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone, "NL"), PhoneNumberFormat.RFC3966)
    except phonenumbers.NumberParseException:
        return "tel:" + re.sub(r"[^+0-9]", "", phone)
