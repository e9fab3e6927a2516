"""Everything that stands on the portal."""

from entrypoints import portal_announcements, portal_calendar, portal_contacts, portal_requests
from entrypoints.portal import portal

__all__ = ["portal", "portal_announcements", "portal_calendar", "portal_contacts", "portal_requests"]
