"""Recording that a customer was told by telephone or letter."""

from zoneinfo import ZoneInfo

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import text
from entrypoints.guards import actor, now, require_may
from entrypoints.notice_forms import ToldForm
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import form_value
from evidence.actors import May
from schedules.notices import Channel, Notice
from schedules.telling import person_told, record_told
from storage import AllAtOnce, Refused, db
from tenants import checks


@planner.route("/notices/<int:notice_id>/told", methods=["GET", "POST"])
def told(notice_id: int) -> str | Response | tuple[str, int]:
    """Who was told, when and how: that gives the notice as well as a mail does."""
    require_may(May.TELL)
    zone = _notice(notice_id).tenant.product.timezone
    form = ToldForm(told_at=form_value(now(), zone), channel=Channel.TELEPHONE.value)
    if request.method == "GET":
        return _page(notice_id, form)

    def record() -> None:
        notice = _notice(notice_id)
        person, zone = text(form, "person"), notice.tenant.product.zone
        with AllAtOnce() as each:
            channel = each(_channel, text(form, "channel"))
            each(person_told, person)
            told_at = each(checks.local_moment, "told_at", text(form, "told_at"), zone)
        record_told(notice, channel, person, told_at, actor(), now())

    year = _notice(notice_id).planned_at.astimezone(ZoneInfo(zone)).year
    back = url_for("planner.tenant_evidence", slug=_notice(notice_id).tenant.slug, year=year)
    return act(form, record, _("It is recorded."), back, lambda: _page(notice_id, form))


def _channel(typed: str) -> Channel:
    if typed not in {one.value for one in Channel}:
        raise Refused("channel", _("Choose telephone or letter."))
    return Channel(typed)


def _page(notice_id: int, form: ToldForm) -> str:
    notice = _notice(notice_id)
    return render_template(
        "planner/told.html", notice=notice, tenant=notice.tenant, product=notice.tenant.product, form=form
    )


def _notice(notice_id: int) -> Notice:
    notice = db.session.get(Notice, notice_id)
    if notice is None:
        abort(404)
    return notice
