"""Keep what came of calling people about an urgent bulletin, often from a telephone."""

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.calls import record_call, record_other_call
from announcements.models import Bulletin, BulletinCall
from announcements.unsubscribing import subscribe_again, unsubscribe
from entrypoints.babel import reader_language
from entrypoints.bulletin_forms import CallForm, OtherCallForm
from entrypoints.forms import EmptyForm, put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.planner.bulletins import bulletin_or_404, bulletin_page
from evidence.actors import May
from storage import Refused, db
from tenants.models import Contact
from tenants.queries import tenant_by_slug


@planner.post("/bulletins/<int:bulletin_id>/calls/<int:call_id>")
def call(bulletin_id: int, call_id: int) -> str | Response | tuple[str, int]:
    """Say what came of calling a contact."""
    require_may(May.OPERATE)
    row = db.session.get(BulletinCall, call_id)
    if row is None or row.bulletin_id != bulletin_id:
        abort(404)
    form = CallForm()
    return _keep(
        bulletin_or_404(bulletin_id),
        form,
        f"call-{call_id}",
        lambda: record_call(
            row, request.form.get("state", ""), text(form, "outcome"), actor(), now(), language=reader_language()
        ),
        f"tenant-{row.tenant_id}",
    )


@planner.post("/bulletins/<int:bulletin_id>/tenants/<slug>/calls")
def other_call(bulletin_id: int, slug: str) -> str | Response | tuple[str, int]:
    """Say that somebody else at a tenant was called."""
    require_may(May.OPERATE)
    bulletin, tenant = bulletin_or_404(bulletin_id), tenant_by_slug(slug)
    if tenant is None:
        abort(404)
    form = OtherCallForm()
    return _keep(
        bulletin,
        form,
        f"tenant-{tenant.id}",
        lambda: record_other_call(
            bulletin,
            tenant,
            text(form, "name"),
            text(form, "phone"),
            text(form, "state"),
            text(form, "outcome"),
            actor(),
            now(),
            language=reader_language(),
        ),
        f"tenant-{tenant.id}",
    )


@planner.post("/tenants/<slug>/contacts/<int:contact_id>/newsletter")
def newsletter(slug: str, contact_id: int) -> str | Response | tuple[str, int]:
    """Send a contact the newsletter again, or no more, as it asked us to."""
    require_may(May.MANAGE)
    contact = db.session.get(Contact, contact_id)
    if contact is None or contact.tenant.slug != slug:
        abort(404)
    again = request.form.get("wanted") == "yes"
    return act(
        EmptyForm(),
        lambda: subscribe_again(contact, now(), actor()) if again else unsubscribe(contact, now(), actor()),
        _("%(name)s gets the newsletter again.", name=contact.name)
        if again
        else _("%(name)s gets no more newsletters.", name=contact.name),
        url_for("planner.tenant", slug=slug),
    )


def _keep(
    bulletin: Bulletin, form: CallForm | OtherCallForm, place: str, verb: Callable[[], object], back: str
) -> str | Response | tuple[str, int]:
    """Do it and go back to the same place of the list; what is refused shows there."""
    number = bulletin.id
    try:
        verb()
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        return bulletin_page(bulletin_or_404(number), {place: form}), 422
    bulletin = bulletin_or_404(number)
    if bulletin.closed_at is not None:
        flash(_("Every tenant has been reached."), "success")
        return redirect(url_for("planner.bulletin", bulletin_id=number))
    page = request.args.get("page", 1, type=int)
    there = url_for("planner.bulletin", bulletin_id=number, page=page if page != 1 else None, _anchor=back)
    return redirect(there)
