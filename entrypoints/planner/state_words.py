"""The states by which lists are filtered, in words: pairs of what stands in the address and what is read."""

from flask_babel import gettext as _

from announcements.models import BulletinKind
from outbox.lists import Standing
from schedules.states import ReleaseState, WindowState

Pairs = list[tuple[str, str]]


def release_states() -> Pairs:
    return [
        (ReleaseState.PLANNED.value, _("planned")),
        (ReleaseState.ACCEPTANCE.value, _("in acceptance")),
        (ReleaseState.PRODUCTION.value, _("in production")),
        (ReleaseState.CANCELLED.value, _("cancelled")),
    ]


def window_states() -> Pairs:
    return [
        (WindowState.PLANNED.value, _("planned")),
        (WindowState.UNDER_WAY.value, _("under way")),
        (WindowState.OVER.value, _("over")),
        (WindowState.CANCELLED.value, _("cancelled")),
    ]


def bulletin_kinds() -> Pairs:
    return [
        (BulletinKind.URGENT.value, _("Urgent")),
        (BulletinKind.NEWSLETTER.value, _("Newsletter")),
        (BulletinKind.TERMS.value, _("Changed terms")),
    ]


def bulletin_states() -> Pairs:
    return [("draft", _("draft")), ("announced", _("announced")), ("dropped", _("dropped"))]


def standing_in_words(one: Standing) -> str:
    return {
        Standing.WAITING: _("waits to leave"),
        Standing.SENT: _("sent"),
        Standing.RETURNED: _("came back"),
        Standing.FAILED: _("refused or too late"),
        Standing.DOUBTFUL: _("in doubt"),
        Standing.CANCELLED: _("taken back"),
    }[one]
