"""One thing that needs a person, as a row of the first page."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from alarms.deadlines import REMEMBERED
from announcements.approvals import Waiting, waiting
from entrypoints.needs.people import DutyPeople, duty_people
from evidence.actors import Actor, May
from outbox.hold_models import OutboxHold
from outbox.holds import present_hold
from outbox.queries import heartbeats, is_alive
from schedules.duty_groups import DutyGroup, duties_ahead
from storage.paging import Listed
from tenants.audiences import Audience, audience, without_contact_page
from tenants.models import Product

# How far the first page looks ahead.
AHEAD = timedelta(days=60)


@dataclass
class Asking:
    """Who asks what is to be done, of which product and when; what several kinds of need read is read once."""

    product: Product
    now: datetime
    by: Actor

    @cached_property
    def duties(self) -> list[DutyGroup]:
        return duties_ahead(self.product)

    @cached_property
    def missed(self) -> list[DutyGroup]:
        """Those that were missed, of changes to come or not long past: it stays so, but needs nobody any more."""
        return [one for one in self.duties if one.missed and one.planned_at > self.now - REMEMBERED]

    @cached_property
    def everybody(self) -> Audience:
        """Whom a mail to all contacts of the product reaches."""
        return audience(self.product)

    @cached_property
    def near(self) -> list[DutyGroup]:
        """The open duties that leave within the time ahead, the nearest deadline first."""
        return [one for one in self.duties if not one.missed and one.announce_at <= self.now + AHEAD]

    @cached_property
    def people_of_near(self) -> dict[DutyGroup, DutyPeople]:
        """Whom these concern."""
        return duty_people(self.near)

    @cached_property
    def to_approve(self) -> list[Waiting]:
        """Those of them that wait for a second person."""
        return waiting(self.near, self.by)

    @cached_property
    def nobody(self) -> Listed:
        """The tenants at which there is nobody to tell, by name: how many, and the first fifty."""
        return without_contact_page(self.product, 1)

    @cached_property
    def hold(self) -> OutboxHold | None:
        return present_hold()

    @cached_property
    def silent(self) -> bool:
        """Whether no worker has shown a sign of life."""
        return not any(is_alive(beat, self.now) for beat in heartbeats().values())

    def may(self, what: str) -> bool:
        return self.by.may(May(what))


@dataclass(frozen=True)
class Need:
    """What is to be done, by when, and where.

    ``at`` is the deadline, by which rows are sorted, or the moment at which something went wrong; None stands first.
    ``label`` goes in the place of the time left, ``moment`` in that of the deadline in words. ``lines`` explain;
    ``missing`` is what it lacks; ``quoted`` are the words of a machine. ``about`` completes ``action`` for who hears
    the page. Rows of one ``kind`` are folded where there are many.
    """

    kind: str
    what: str
    page: str = ""
    at: datetime | None = None
    label: str = ""
    moment: str = ""
    wrong: bool = False
    sign: str = ""
    lines: tuple[str, ...] = field(default=())
    missing: tuple[str, ...] = field(default=())
    quoted: str = ""
    people: str = ""
    action: str = ""
    action_page: str = ""
    about: str = ""
