"""Everything that stands on the portal."""

from entrypoints import (
    portal_announcements,
    portal_calendar,
    portal_contacts,
    portal_dates,
    portal_home,
    portal_maintenance,
    portal_releases,
    portal_requests,
    portal_search,
    portal_subscriptions,
    portal_told,
)
from entrypoints.portal import portal

__all__ = [
    "portal",
    "portal_announcements",
    "portal_calendar",
    "portal_contacts",
    "portal_dates",
    "portal_home",
    "portal_maintenance",
    "portal_releases",
    "portal_requests",
    "portal_search",
    "portal_subscriptions",
    "portal_told",
]
