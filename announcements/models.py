"""Rows about what was told: each kind in a file of its own, all of them found here."""

from announcements.announcement_models import Announcement, Approval, Kind, TrialMail
from announcements.bulletin_models import Bulletin, BulletinCall, BulletinKind, BulletinTenant, CallState

__all__ = [
    "Announcement",
    "Approval",
    "Bulletin",
    "BulletinCall",
    "BulletinKind",
    "BulletinTenant",
    "CallState",
    "Kind",
    "TrialMail",
]
