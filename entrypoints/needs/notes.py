"""Release notes that are not there yet: both languages are due by acceptance (SLA 3.3)."""

from flask import url_for
from flask_babel import gettext as _

from entrypoints.needs.need import AHEAD, Asking, Need
from entrypoints.needs.people import all_contacts
from release_notes.queries import notes_owed
from schedules.models import Release


def notes(asking: Asking) -> list[Need]:
    """One row for each release of the time ahead whose notes are not published."""
    owed = notes_owed(asking.product, asking.now, AHEAD)
    return [_need(release, missing, asking, late=late) for release, missing, late in owed]


def _need(release: Release, missing: list[str], asking: Asking, *, late: bool) -> Need:
    if len(missing) == 2:
        lacks = _("Neither language has been written.")
    elif missing:
        lacks = _("Dutch is missing.") if missing[0] == "nl" else _("English is missing.")
    else:
        lacks = _("Written, not published.")
    action, page, about = "", "", ""
    lines: tuple[str, ...] = (_("Due in both languages by acceptance (SLA 3.3)."),)
    if missing and asking.may("plan"):
        page = url_for("planner.notes", release_id=release.id, language=missing[0])
        action, about = _("Write"), _("Write the release notes of %(version)s", version=release.version)
    elif not missing and asking.may("manage"):
        page = url_for("planner.publish", release_id=release.id)
        action, about = _("Publish"), _("Publish the release notes of %(version)s", version=release.version)
    elif missing:
        lines += (_("A planner writes them."),)
    else:
        lines += (_("A manager publishes them."),)
        if asking.may("plan"):
            page = url_for("planner.notes", release_id=release.id)
            action, about = _("Look"), _("Release notes of %(version)s", version=release.version)
    return Need(
        kind="notes",
        what=_("Release notes of %(version)s", version=release.version),
        page=url_for("planner.release_page", release_id=release.id),
        at=release.acceptance_at,
        label=_("late") if late else "",
        wrong=late,
        lines=lines,
        missing=(lacks,),
        people=all_contacts(asking.everybody),
        action=action,
        action_page=page,
        about=about,
    )
