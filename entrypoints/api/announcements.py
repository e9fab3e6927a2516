"""What is announced by hand: urgent matters, newsletters, changed terms (SLA 4.1, 5.4, 6.1)."""

from datetime import date, datetime
from typing import Literal

from flask import abort, url_for
from flask_babel import gettext as _
from pydantic import ConfigDict

from announcements.bulletin_announcing import write_and_announce
from announcements.bulletin_list import bulletins_asked
from announcements.bulletins import BulletinFacts
from announcements.models import Bulletin, BulletinKind
from announcements.reach import Reach, reach_of
from entrypoints.api.calls import Answer, call
from entrypoints.api.found import the_product
from entrypoints.api.guard import caller
from entrypoints.api.maintenance_shapes import Slugs
from entrypoints.api.shapes import Line, Page, Paging, Shape, Texts, Words
from entrypoints.guards import now
from evidence.actors import May
from storage import Refused, db
from storage.paging import page_of
from tenants import checks
from tenants.queries import product_by_slug


class NewAnnouncement(Shape):
    """Something to tell the contacts of a product, or of some of its tenants."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "urgent",
                    "product": "inconto",
                    "subject": {"nl": "Inloggen lukt niet", "en": "Signing in fails"},
                    "markdown": {"nl": "Wij werken **eraan**.", "en": "We are **on it**."},
                }
            ]
        }
    )

    kind: BulletinKind
    product: Line
    subject: Words
    markdown: Texts
    tenants: Slugs | None = None
    """Only these; all of the product's where it is left out or empty."""
    document: Line | None = None
    """Of changed terms: the document's name or address."""
    effective_on: Line | None = None
    """Of changed terms: the day on which they take effect, such as 2027-03-15."""


class AnnouncementQuery(Paging):
    product: str | None = None
    kind: BulletinKind | None = None


class AnnouncementAnswer(Shape):
    """What was announced, and how many tenants it has reached."""

    id: int
    kind: BulletinKind
    product: str
    state: Literal["draft", "announced", "closed", "dropped"]
    """A draft waits for somebody else to announce it: a manager, or the second person that the product asks for."""
    subject: Words
    markdown: Texts
    tenants: int | None
    """To how many it went; none until its mails are in the outbox, seconds after it was announced."""
    reached: int | None
    """How many of them were reached, by an accepted mail or by telephone."""
    document: str
    effective_on: date | None
    written_by: str
    announced_by: str
    announced_at: datetime | None
    closed_at: datetime | None


@call("GET", "/announcements", may=May.LOOK, query=AnnouncementQuery, answer=Page[AnnouncementAnswer])
def list_announcements(query: AnnouncementQuery) -> Answer:
    """What was announced by hand, drafts among it; the newest first."""
    product = the_product(query.product) if query.product is not None else None
    found = page_of(bulletins_asked(product, query.kind), query.page, query.per_page)
    reach = reach_of([one.id for one in found.rows])
    items = [_answer(one, reach.get(one.id)) for one in found.rows]
    return Answer(Page[AnnouncementAnswer].of(items, found.total, query))


@call(
    "POST",
    "/announcements",
    may=May.PLAN,
    body=NewAnnouncement,
    answer=AnnouncementAnswer,
    status=201,
    located=True,
    conflicts=True,
)
def announce(body: NewAnnouncement) -> Answer:
    """Announce something to the contacts, each in the contact's language; urgent matters leave at once.

    An urgent one asks for a manager. Of a planner it stays a draft, and so it does where the product asks for a second
    person, who announces it on the planner's pages.
    """
    product = product_by_slug(checks.line("product", body.product, most=80))
    if product is None:
        raise Refused("product", _("There is no such product."))
    facts = BulletinFacts(
        subject_nl=body.subject.nl,
        subject_en=body.subject.en,
        markdown_nl=body.markdown.nl,
        markdown_en=body.markdown.en,
        tenants=tuple(checks.slug("tenants", slug) for slug in body.tenants or []),
        document=body.document or "",
        effective_on=body.effective_on or "",
    )
    if body.kind is not BulletinKind.TERMS and (body.document is not None or body.effective_on is not None):
        raise Refused("document", _("Only changed terms have a document and a day on which they take effect."))
    return _shown(write_and_announce(product, body.kind, facts, caller(), now()), new=True)


@call("GET", "/announcements/<int:announcement_id>", may=May.LOOK, answer=AnnouncementAnswer)
def get_announcement(announcement_id: int) -> Answer:
    """Something that was announced by hand, or its draft."""
    bulletin = db.session.get(Bulletin, announcement_id)
    if bulletin is None:
        abort(404)
    return _shown(bulletin)


def _shown(bulletin: Bulletin, *, new: bool = False) -> Answer:
    location = url_for("api.get_announcement", announcement_id=bulletin.id) if new else None
    return Answer(_answer(bulletin, reach_of([bulletin.id]).get(bulletin.id)), location=location)


def _answer(bulletin: Bulletin, reach: Reach | None) -> AnnouncementAnswer:
    went_out = bulletin.written_at is not None
    return AnnouncementAnswer(
        id=bulletin.id,
        kind=bulletin.kind,
        product=bulletin.product.slug,
        state=_state(bulletin),
        subject=Words(nl=bulletin.subject_nl, en=bulletin.subject_en),
        markdown=Texts(nl=bulletin.markdown_nl, en=bulletin.markdown_en),
        tenants=(reach.tenants if reach is not None else 0) if went_out else None,
        reached=(reach.reached if reach is not None else 0) if went_out else None,
        document=bulletin.document,
        effective_on=bulletin.effective_on,
        written_by=bulletin.written_by,
        announced_by=bulletin.announced_by,
        announced_at=bulletin.announced_at,
        closed_at=bulletin.closed_at,
    )


def _state(bulletin: Bulletin) -> Literal["draft", "announced", "closed", "dropped"]:
    if bulletin.dropped_at is not None:
        return "dropped"
    if bulletin.announced_at is None:
        return "draft"
    return "closed" if bulletin.closed_at is not None else "announced"
