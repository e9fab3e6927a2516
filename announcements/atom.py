"""Items of news as an Atom feed (RFC 4287). Unchanged items give the same bytes, whoever asks and whenever."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from feedgenerator import Atom1Feed
from flask_babel import force_locale
from flask_babel import gettext as _

from announcements.news import NewsItem, news_of
from schedules.entries import Publisher
from schedules.ical import Made, shown_since
from tenants.models import Tenant

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
# Drawn once for all; with it a name becomes a UUID (RFC 9562, 5.5) that is nobody else's.
_NAMES = UUID("739e488b-cb0a-4715-b59a-f0061043fc62")
# What people paste and XML 1.0 has no place for, also escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Feed(Atom1Feed):
    """The library's feed, changed at a moment that is ours to say: it would take the clock's where it is empty."""

    def latest_post_date(self) -> datetime:
        moment: datetime = self.feed["changed_at"]
        return moment

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        # Links within a text are meant from its page, as the portal shows it.
        return {"xml:base": item["link"]}


def news_feed(tenant: Tenant, today: date, publisher: Publisher, language: str) -> Made:
    """Return what a tenant may read on its portal, in a language, as a feed for readers of news."""
    items = news_of(tenant, shown_since(today), language)
    return Made(atom_feed(tenant, items, publisher, language), changed_at(tenant, items))


def atom_feed(tenant: Tenant, items: Iterable[NewsItem], publisher: Publisher, language: str) -> bytes:
    """Return the feed of a tenant's news in the order given.

    It does not say its own address (`rel="self"`, which RFC 4287, 4.1.1 only recommends): that is a secret, which
    what is kept of a feed must not hold, and it changes while the feed stays the same.
    """
    items, home = list(items), f"{publisher.base_url}/portal/{tenant.slug}"
    with force_locale(language):
        title = _("%(product)s: news for %(tenant)s", product=tenant.product.name, tenant=tenant.name)
    feed = _Feed(
        title=_text(title),
        link=home,
        description="",
        language=language,
        author_name=_text(tenant.product.name),
        feed_guid=_name(tenant, "news"),
        changed_at=_whole(changed_at(tenant, items)),
    )
    for item in items:
        feed.add_item(
            title=_text(item.title),
            link=home + item.path,
            description=None,
            unique_id=_name(tenant, item.about),
            updateddate=_whole(item.updated_at),
            content=_text(item.html),
            categories=[item.kind],
        )
    written: str = feed.writeString("utf-8")
    return written.encode()


def changed_at(tenant: Tenant, items: Iterable[NewsItem]) -> datetime:
    """When a tenant's feed last changed: when it joined, where nothing was told since."""
    return max([tenant.joined_at, *(item.updated_at for item in items)])


def _name(tenant: Tenant, about: str) -> str:
    """A name that stays, whatever becomes of our host, the words and the rendering (RFC 4287, 4.2.6)."""
    return uuid5(_NAMES, f"{tenant.product.slug}/{tenant.slug}/{about}").urn


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _text(words: str) -> str:
    return _NO_XML.sub("\ufffd", words)
