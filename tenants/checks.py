"""What people may type: each check returns the value in one form, or raises Refused with the field and what to do."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, tzinfo
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

from sla.periods import YEARS, NoSuchLocalTime, Period, typed_moment
from storage import AllAtOnce, Refused, Shape, Unreadable
from tenants.models import LANGUAGES, REMINDERS

LONGEST_MARKDOWN = 1024 * 1024
# "new" is the page to add one.
# What a mail program makes a link of.
_ADDRESSES = re.compile(r"://|www\.|@", re.IGNORECASE)
_SLUG = re.compile(r"(?!new$)[a-z0-9]+(?:-[a-z0-9]+)*")
# Control characters end a mail header; the marks that turn reading direction make a name look like another one.
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
# NUL, which PostgreSQL refuses; halves of a pair, which no encoding has; and the private signs that mark a reader's own
# fields in a letter.
_NEVER = dict.fromkeys([0, *range(0xD800, 0xE000), *range(0xE000, 0xF900)])
_JOINERS = {"\u200c", "\u200d"}  # part of the spelling in Persian, Hindi and emoji


def line(field: str, text: str | None, *, most: int, required: bool = True) -> str:
    """One line of visible text; line breaks and unseen characters become spaces."""
    seen = "".join(
        sign if sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN else " " for sign in (text or "")
    )
    value = " ".join(unicodedata.normalize("NFC", seen).split())
    if not value.strip("".join(_JOINERS)):
        value = ""
    if required and not value:
        raise Refused(field, _("Fill this in."))
    if len(value) > most:
        raise Refused(
            field, _("This is too long: %(given)d characters, %(most)d at most.", given=len(value), most=most)
        )
    return value


def name(field: str, text: str | None, *, most: int) -> str:
    """A line by which people or organisations are called. It goes into mails to others: no address hides in it."""
    value = line(field, text, most=most)
    if _ADDRESSES.search(value):
        raise Refused(field, _("A name holds no web address, and no @."))
    return value


def reason(field: str, text: str | None) -> str:
    """A reason as it goes into mails; empty where none is given."""
    return line(field, text, most=1000, required=False)


def in_both(field: str, nl: str, en: str) -> None:
    """Raise Refused, by the field of the language that lacks, for a text that is there in one language only."""
    if en and not nl:
        raise Refused(f"{field}_nl", _("Say it in Dutch as well: customers read it in their own language."))
    if nl and not en:
        raise Refused(f"{field}_en", _("Say it in English as well: customers read it in their own language."))


def both(field: str, check: Callable[..., str], nl: str, en: str, **named: Any) -> tuple[str, str]:
    """A text in both languages in one form, or in neither. Raises Refused for all that is wrong with it."""
    with AllAtOnce() as each:
        told = each(check, f"{field}_nl", nl, **named), each(check, f"{field}_en", en, **named)
        # What cannot be used was said all the same.
        each(in_both, field, *("…" if one is None else one for one in told))
    return told


def markdown(field: str, text: str) -> str:
    """Markdown with plain line ends, without NUL and private signs; empty where nothing is seen. 1 MB at most."""
    value = text.replace("\r\n", "\n").replace("\r", "\n").translate(_NEVER).strip("\n")
    if len(value.encode()) > LONGEST_MARKDOWN:
        raise Refused(field, _("These notes are longer than 1 MB."))
    return value if value.strip() else ""


def slug(field: str, text: str | None) -> str:
    value = line(field, text, most=80)
    if not _SLUG.fullmatch(value):
        raise Refused(field, _("Use small letters, digits and single hyphens, such as zorggroep-de-brug."))
    return value


def email(field: str, text: str | None) -> str:
    """An address in small letters: nobody tells two mailboxes apart by capitals any more."""
    value = line(field, text, most=254)
    try:
        checked = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Refused(field, _("This is not an e-mail address. Write it as name@example.com.")) from None
    return checked.normalized.lower()


def phone(field: str, text: str | None) -> str:
    """A telephone number in international form, empty where none is given; a number without country is Dutch."""
    value = line(field, text, most=60, required=False)
    if not value:
        return ""
    try:
        number = phonenumbers.parse(value, "NL")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Refused(field, _("This is not a telephone number. Write it as +31 20 123 4567."))
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return line(field, written, most=40)


def language(field: str, text: str | None) -> str:
    value = (text or "").strip().lower()
    if value not in LANGUAGES:
        raise Refused(field, _("Choose nl or en."))
    return value


def timezone(field: str, text: str | None, *, required: bool = True) -> str:
    value = line(field, text, most=60, required=required)
    if value and value not in available_timezones():
        raise Refused(field, _("This time zone does not exist. Write it as Europe/Amsterdam."))
    return value


def period(field: str, text: str | None, *, required: bool = False) -> str | None:
    """An ISO 8601 period in its shortest form, None where none is given."""
    value = line(field, text, most=20, required=required)
    if not value:
        return None
    try:
        return str(Period.parse(value.upper()))
    except ValueError:
        raise Unreadable(
            field,
            _("This is not a period. Write P2W for two weeks, P1M for a month, P10D for ten days; two years at most."),
            Shape.PERIOD,
        ) from None


def reminders(field: str, chosen: Collection[str]) -> str:
    """Which reminders are sent, the longest period first, apart by a space; empty where none is chosen."""
    if not set(chosen) <= set(REMINDERS):
        raise Refused(field, _("Choose from the periods that are offered."))
    return " ".join(period for period in REMINDERS if period in chosen)


def whole_number(field: str, text: str | None, *, least: int, most: int) -> int:
    value = line(field, text, most=10)
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise Refused(field, _("Fill in a whole number from %(least)d to %(most)d.", least=least, most=most))
    return int(value)


def networks(field: str, text: str | None) -> str:
    """Addresses and networks, one a line, in their canonical form."""
    return "\n".join(str(network) for network in parse_networks(field, text))


def parse_networks(field: str, text: str | None) -> Iterator[IPv4Network | IPv6Network]:
    """Yield the networks of a list divided by semicolons, commas or white space."""
    for part in re.split(r"[;,\s]+", text or ""):
        if not part:
            continue
        try:
            yield ip_network(part, strict=False)
        except ValueError:
            raise Refused(
                field,
                _("%(given)s is not an IP address or network. Write 192.0.2.0/24 or 2001:db8::/32.", given=part[:60]),
            ) from None


def day(field: str, text: str | None) -> date:
    """A day such as 2027-03-15."""
    value = (text or "").strip()
    try:
        typed = date.fromisoformat(value)
        # The library reads other spellings too, such as weeks.
        if typed.isoformat() != value or typed.year not in YEARS:
            raise ValueError(value)
    except ValueError:
        words = _("Fill in a day, such as 2027-03-15.")
        raise Unreadable(field, words, Shape.DAY, is_missing=not value) from None
    return typed


def local_moment(field: str, text: str | None, zone: tzinfo) -> datetime:
    """The UTC moment of a local date and time such as 2027-03-15T06:00; one with an offset is taken as it is."""
    value = (text or "").strip()
    if not value:
        raise no_moment(field)
    try:
        typed = datetime.fromisoformat(value)
        # The library overlooks a NUL at the end.
        if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", value) or "\0" in value:
            raise ValueError(value)
        if typed.year not in YEARS:
            raise ValueError(value)
    except ValueError:
        words = _("This date or time does not exist. Write it as 2027-03-15T06:00.")
        raise Unreadable(field, words, Shape.MOMENT) from None
    if typed.tzinfo is not None:
        return typed.astimezone(ZoneInfo("UTC"))
    try:
        return typed_moment(typed, zone)
    except NoSuchLocalTime:
        raise Refused(
            field, _("This time does not exist: the clock goes forward over it that night. Choose an hour later.")
        ) from None


def no_moment(field: str) -> Unreadable:
    """What is said where a date and a time are needed and none were given."""
    return Unreadable(field, _("Fill in a date and a time."), Shape.MOMENT, is_missing=True)
