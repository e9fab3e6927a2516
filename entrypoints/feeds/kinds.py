"""Which feeds there are: where each is found, what it is called on the wire, and who makes it.

Another kind of feed is one more line in ``OF_TENANT``; what it shows must be in rows that say so (``in_feeds``).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from announcements.atom import CONTENT_TYPE, news_feed
from schedules.entries import Publisher
from schedules.ical import Made
from schedules.maintnote import maintnote_calendar
from schedules.people_calendar import people_calendar
from schedules.plan_calendar import plan_calendar
from schedules.public_calendar import public_calendar
from tenants.feed_tokens import hash_of
from tenants.models import LANGUAGES, Product, Tenant

CALENDAR = "text/calendar; charset=utf-8"

_SECRET = re.compile(r"/feeds/(?P<token>[A-Za-z0-9_-]{43})(?P<rest>[./].{1,100})")
_PLANS = re.compile(r"/plans/(?P<slug>[a-z0-9-]{1,60})\.ics")
_PUBLIC = re.compile(rf"/feeds/products/(?P<slug>[a-z0-9-]{{1,60}})/(?P<language>{'|'.join(LANGUAGES)})\.ics")


@dataclass(frozen=True)
class Kind:
    """A kind of feed: about which rows, and what makes it of one of them, a day, the publisher and a language."""

    about: type[Tenant] | type[Product]
    make: Callable[[Any, date, Publisher, str], Made]
    content_type: str = CALENDAR


# For customers: behind the address of a tenant, or of one of its contacts.
OF_TENANT: Mapping[str, Kind] = {
    ".ics": Kind(Tenant, people_calendar),
    "/maintenance.ics": Kind(Tenant, maintnote_calendar),
    ".atom": Kind(Tenant, news_feed, CONTENT_TYPE),
}
# For people of the vendor, and for everybody.
PLANS = Kind(Product, plan_calendar)
PUBLIC = Kind(Product, public_calendar)


@dataclass(frozen=True)
class Asked:
    """What a path asks for."""

    kind: Kind
    # The path under which its bytes are kept: without the token.
    path: str
    token_hash: str = ""
    slug: str = ""
    language: str = ""

    @classmethod
    def of(cls, path: str) -> Self | None:
        """Read a path; None where no feed can be."""
        secret = _SECRET.fullmatch(path)
        if secret is None:
            public = _PUBLIC.fullmatch(path)
            return cls(PUBLIC, path, slug=public["slug"], language=public["language"]) if public else None
        token, rest = secret.groups()
        kind, slug = OF_TENANT.get(rest), ""
        if kind is None:
            plans = _PLANS.fullmatch(rest)
            if plans is None:
                return None
            kind, slug = PLANS, plans["slug"]
        token_hash = hash_of(token)
        return cls(kind, f"/feeds/{token_hash}{rest}", token_hash, slug)
