"""Duties to give notice as programs read them."""

from datetime import datetime

from pydantic import ConfigDict

from entrypoints.api.shapes import Line, LocalMoment, Paging, Shape, Words
from schedules.notices import Channel, NoticeState, Says
from sla.terms import Change


class NoticeQuery(Paging):
    state: NoticeState | None = None
    product: str | None = None
    tenant: str | None = None
    kind: Change | None = None


class NewTold(Shape):
    """A call or a letter."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"channel": "telephone", "contact": "Mw. De Wit", "at": "2026-11-23T09:30", "by": "Anna de Vries"}
            ]
        }
    )

    channel: Channel
    contact: Line
    """Whom somebody spoke or wrote to; need not be one of the contacts."""
    at: LocalMoment
    by: Line
    """Who did."""


class ChangeNamed(Shape):
    id: int
    name: str
    """The version of a release, the reference of maintenance."""


class MailOf(Shape):
    """A mail to one contact, and what became of it."""

    contact: str
    address: str
    language: str
    state: str
    sent_at: datetime | None
    server_reply: str
    proof: str
    """How it is known, where no server's answer says so."""
    message_id: str
    sha256: str
    """Of the bytes that were sent."""
    trial: bool
    """Taken by the built-in mailbox: it proves nothing."""
    bounced_at: datetime | None
    bounce: str


class Call(Shape):
    """A call or a letter."""

    channel: Channel
    contact: str
    at: datetime
    by: str


class Proof(Shape):
    """What shows that notice was given."""

    announced_at: datetime | None
    given_at: datetime | None
    """When a mail server took it for a contact, or a person told one."""
    completed_at: datetime | None
    """When that held for every contact."""
    days_ahead: float | None
    mails: list[MailOf]
    told: list[Call]


class NoticeAnswer(Shape):
    """The duty to tell one tenant of one change."""

    id: int
    tenant: str
    product: str
    release: ChangeNamed | None
    maintenance: ChangeNamed | None
    kind: Change
    says: Says
    planned_at: datetime
    ends_at: datetime | None
    previous_at: datetime | None
    """What the tenant was told before, where the change has moved."""
    period: str
    """The notice that was promised, in ISO 8601."""
    clause: str
    announce_at: datetime
    """When it leaves by itself."""
    deadline_at: datetime
    state: NoticeState
    joined_late: bool
    waiver: str | None
    """Why it may come later than promised, where a manager let that pass; in Dutch."""
    waiver_words: Words | None
    """The same in both languages."""
    missed_at: datetime | None
    proof: Proof
