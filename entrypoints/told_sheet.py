"""What a customer was told as a spreadsheet that people read: its headings, states and times in their own language.

Programs read the same in JSON, in the columns of the evidence.
"""

import csv
from collections.abc import Callable
from datetime import datetime
from functools import cache
from io import StringIO
from types import SimpleNamespace
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _

from announcements.models import BulletinKind, CallState
from compliance.tenant_evidence import evidence_rows
from entrypoints.formulas import guarded
from entrypoints.guards import now
from entrypoints.presenting import language
from entrypoints.presenting_notices import change_in_words, clause_in_words, says_in_words
from entrypoints.presenting_portal import mail_in_words, told_state_in_words
from entrypoints.presenting_proof import mailed_kind_in_words
from outbox.models import MessageState
from schedules.notices import Channel, NoticeState, Says
from sla.terms import Change
from tenants.models import Tenant
from tenants.wording import period_in_words

Row = dict[str, Any]
# What a spreadsheet set to the language takes for the end of a cell; where a comma begins decimals it is none.
SEPARATORS = {"nl": ";"}


def told_sheet(tenant: Tenant) -> str:
    """Return the file's text; its mark at the beginning keeps a spreadsheet from taking UTF-8 for something else."""
    columns, file = _columns(tenant), StringIO()
    writer = csv.writer(file, delimiter=SEPARATORS.get(language(), ","), lineterminator="\r\n")
    writer.writerow(columns)
    for row in evidence_rows(tenant, known_at=now(), language=language()):
        writer.writerow(guarded(cell(row)) for cell in columns.values())
    return "\ufeff" + file.getvalue()


def _columns(tenant: Tenant) -> dict[str, Callable[[Row], str]]:
    """The headings, each with what makes a cell of a row of the evidence."""
    zone = tenant.product.timezone
    # Thousands of rows are of a few kinds: each is put into words once.
    kind, way = cache(_kind), cache(_way)
    return {
        _("Organisation"): lambda _row: tenant.name,
        _("About"): lambda row: row["change"] or "",
        _("Kind"): lambda row: kind(row["kind"]),
        _("What was said"): lambda row: says_in_words(Says(row["says"])) if row["kind"] in set(Change) else "",
        _("Takes place"): _moment("planned_at", tenant),
        _("Promised ahead"): lambda row: period_in_words(row["promise"]) if row["promise"] else "",
        _("Clause"): lambda row: clause_in_words(row["clause"]) if row["clause"] else "",
        _("To be told by"): _moment("deadline_at", tenant),
        _("How it was kept"): lambda row: _kept(row) if row["state"] else "",
        _("Announced"): _moment("announced_at", tenant),
        _("Told"): _moment("given_at", tenant),
        _("Days ahead"): _days,
        _("Missed since"): _moment("missed_at", tenant),
        _("The reason it came later"): _text("waiver"),
        _("Way"): lambda row: way(row["channel"]),
        _("Name"): _text("contact"),
        _("Address"): _text("address"),
        _("Language"): lambda row: {"nl": _("Dutch"), "en": _("English")}.get(row["language"], ""),
        _("Subject"): _text("subject"),
        _("What it said of the end of full support"): _text("support_warning"),
        _("What became of it"): lambda row: _outcome(row, zone),
        _("Sent"): _moment("sent_at", tenant),
        _("What the mail server said, or what was said on the telephone"): _text("server_reply"),
        _("How we know, where no server said so"): _text("proof"),
        _("Came back on"): _moment("bounced_at", tenant),
        _("What the report said"): _text("bounce"),
        "Message-ID": _text("message_id"),
        "SHA-256": _text("sha256"),
        _("Times are those of"): lambda _row: zone,
    }


def _text(name: str) -> Callable[[Row], str]:
    return lambda row: row[name]


def _moment(name: str, tenant: Tenant) -> Callable[[Row], str]:
    """A moment on the product's clock, in the one form that every spreadsheet takes for a date."""

    def cell(row: Row) -> str:
        moment = _parsed(row[name])
        return f"{moment.astimezone(tenant.product.zone):%Y-%m-%d %H:%M}" if moment else ""

    return cell


def _parsed(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _days(row: Row) -> str:
    return "" if row["days_ahead"] is None else str(format_decimal(row["days_ahead"], locale=language()))


def _kept(row: Row) -> str:
    """How a promise was kept, in the words of the page."""
    notice = SimpleNamespace(
        kind=Change(row["kind"]) if row["kind"] in set(Change) else None,
        joined_late=row["joined_late"],
        announced_at=_parsed(row["announced_at"]),
        given_at=_parsed(row["given_at"]),
        deadline_at=_parsed(row["deadline_at"]),
    )
    return told_state_in_words(notice, NoticeState(row["state"]))


def _kind(kind: str) -> str:
    by_hand = {
        BulletinKind.URGENT.value: _("Urgent"),
        BulletinKind.NEWSLETTER.value: _("Newsletter"),
        BulletinKind.TERMS.value: _("Changed terms"),
    }.get(kind)
    return by_hand or mailed_kind_in_words(kind) or change_in_words(Change(kind))


def _way(channel: str) -> str:
    words = {"mail": _("mail"), Channel.TELEPHONE.value: _("telephone"), Channel.LETTER.value: _("letter")}
    return words.get(channel, "")


def _outcome(row: Row, zone: str) -> str:
    """What became of a mail or a call, in the words of the page."""
    if row["channel"] == "mail":
        mail = SimpleNamespace(
            trial=row["trial"],
            state=MessageState(row["mail_state"]),
            sent_at=_parsed(row["sent_at"]),
            bounced_at=_parsed(row["bounced_at"]),
        )
        return mail_in_words(mail, zone)
    return {
        CallState.REACHED.value: _("reached"),
        CallState.NO_ANSWER.value: _("nobody answered"),
        CallState.WRONG_NUMBER.value: _("the number is wrong"),
    }.get(row["mail_state"], "")
