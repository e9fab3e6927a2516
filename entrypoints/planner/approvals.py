"""Pages that show what will be sent before it is, let a second person approve it, and mail a trial to oneself."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user
from werkzeug.wrappers import Response as BaseResponse

from announcements.approvals import why_not
from announcements.approving import approve
from announcements.dry_run import dry_run
from announcements.notice_desks import desk_shown
from announcements.specimen import specimens
from announcements.trial import send_trial
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act, release_or_404, window_or_404
from entrypoints.planner.blueprint import UPDATES, planner
from entrypoints.planner.sending_forms import ApprovalForm, TrialForm
from evidence.actors import May
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says
from sla.terms import Change
from storage import Refused, db
from tenants.models import LANGUAGES

OF_RELEASE = f"/releases/<int:release_id>/mails/<{UPDATES}>/<any(planned, moved, cancelled):says>"
OF_WINDOW = "/maintenance/<int:window_id>/mails/<any(planned, moved, cancelled):says>"


@planner.get(OF_RELEASE)
@planner.get(OF_WINDOW)
def mails(says: str, kind: str = "maintenance", **ids: int) -> str:
    """What would be sent, to whom, and what comes of it; who approves it does so here."""
    return _page(_change(**ids), Change(kind), Says(says))


@planner.post(f"{OF_RELEASE}/approve")
@planner.post(f"{OF_WINDOW}/approve")
def approve_mails(says: str, kind: str = "maintenance", **ids: int) -> BaseResponse | tuple[str, int]:
    """Let them leave, exactly as they were shown; where that is not what would be sent any more, show it anew."""
    require_may(May.MANAGE)
    seen = str(ApprovalForm().seen.data or "")
    try:
        approval = approve(_change(**ids), Change(kind), Says(says), actor(), now(), seen=seen)
    except Refused as refused:
        db.session.rollback()
        return _page(_change(**ids), Change(kind), Says(says), refused.message), 422
    flash(
        ngettext(
            "Approved: %(num)d mail leaves within a minute.",
            "Approved: %(num)d mails leave within a minute.",
            approval.recipients,
        ),
        "success",
    )
    return redirect(mails_address(_change(**ids), kind, says))


@planner.post(f"{OF_RELEASE}/trial")
@planner.post(f"{OF_WINDOW}/trial")
def trial_mails(says: str, kind: str = "maintenance", **ids: int) -> str | BaseResponse | tuple[str, int]:
    """Mail them to the person who is signed in, and to nobody else."""
    require_may(May.PLAN)
    change, form, address = _change(**ids), TrialForm(), current_user.email
    reader = str(form.reader.data or "")
    return act(
        form,
        lambda: send_trial(change, Change(kind), Says(says), address, actor(), now(), reader=_number(reader)),
        _("The trial mails to %(address)s leave within a minute.", address=address),
        mails_address(change, kind, says, **({"reader": reader} if _number(reader) else {})),
    )


@planner.get(f"{OF_RELEASE}/html")
@planner.get(f"{OF_WINDOW}/html")
def mail_html(says: str, kind: str = "maintenance", **ids: int) -> Response:
    """The HTML of a mail as its reader would get it, for the frame: no script, no picture from elsewhere."""
    language = request.args.get("language", "nl")
    change, told = _change(**ids), (Change(kind), Says(says))
    desk = desk_shown(change, *told, now())
    found = specimens(change, *told, desk, now(), _number(request.args.get("reader", "")))
    html = next((one.html for one in found if one.language == language), "")
    if language not in LANGUAGES or not html:
        abort(404)
    return Response(html, content_type="text/html; charset=utf-8")


# A mail may do nothing but show itself, and only in our own page.
mail_html.talisman_view_options = {  # type: ignore[attr-defined]
    "frame_options": "SAMEORIGIN",
    "content_security_policy": {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "frame-ancestors": "'self'",
        "sandbox": "allow-popups",
    },
}


def mails_address(
    change: Release | MaintenanceWindow, kind: str, says: str, endpoint: str = "mails", **more: Any
) -> str:
    """Where the mails about a change are shown, or what is done with them."""
    if isinstance(change, Release):
        return url_for(f"planner.{endpoint}", release_id=change.id, kind=kind, says=says, **more)
    return url_for(f"planner.{endpoint}", window_id=change.id, says=says, **more)


@planner.context_processor
def addresses() -> dict[str, Any]:
    """Templates that list notices lead here."""
    return {"mails_address": mails_address}


def _page(change: Release | MaintenanceWindow, kind: Change, says: Says, refused: str = "") -> str:
    words = " ".join(request.args.get("words", "").split())
    reader = _number(request.args.get("reader", ""))
    page = max(1, request.args.get("page", 1, type=int))
    run = dry_run(change, kind, says, now(), page=page, words=words, reader=reader)
    form: Any = ApprovalForm(formdata=None, seen=run.seen)
    return render_template(
        "planner/approvals/page.html",
        change=change,
        product=change.product,
        kind=kind,
        says=says,
        run=run,
        words=words,
        reader=reader,
        why_not=why_not(change, actor()),
        refused=refused,
        form=form,
        trial_form=TrialForm(formdata=None, reader=str(reader or "")),
    )


def _change(release_id: int | None = None, window_id: int | None = None) -> Release | MaintenanceWindow:
    return release_or_404(release_id) if release_id is not None else window_or_404(window_id or 0)


def _number(typed: str) -> int | None:
    """The number of a contact that an address names, None for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
