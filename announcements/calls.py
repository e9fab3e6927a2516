"""Calling the people whom an urgent bulletin concerns: who was spoken to, by whom (SLA 4.1)."""

from datetime import datetime

from flask_babel import gettext as _

from announcements import bulletins_on_record
from announcements.models import Bulletin, BulletinCall, BulletinKind, BulletinTenant, CallState
from announcements.reach import settle_reach
from evidence.actors import Actor, May, require
from evidence.chain import append
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import Contact, Tenant

OUTCOMES = (CallState.REACHED, CallState.NO_ANSWER, CallState.WRONG_NUMBER)


def record_call(call: BulletinCall, state: str, outcome: str, by: Actor, now: datetime, *, language: str = "") -> None:
    """Keep what came of a call, in the ``language`` it is written down in: what was said is nobody's to translate.

    Calling again replaces it here; the evidence keeps every one.

    The bulletin closes at once where that was the last tenant to be reached. Raises Refused for a state that is none.
    """
    require(by, May.OPERATE)
    with AllAtOnce() as each:
        came_of_it = each(_outcome, state)
        words = each(checks.line, "outcome", outcome, most=1000, required=False)
    bulletin = _held(call.bulletin_id)
    contact = db.session.get(Contact, call.contact_id) if call.contact_id is not None else None
    if contact is not None:
        # Whose number was corrected meanwhile was called on the new one.
        call.name, call.phone = contact.name, contact.phone
    _write(call, came_of_it, words, language, by, now)
    _commit(bulletin, call, by, now)


def record_other_call(
    bulletin: Bulletin,
    tenant: Tenant,
    name: str,
    phone: str,
    state: str,
    outcome: str,
    by: Actor,
    now: datetime,
    *,
    language: str = "",
) -> BulletinCall:
    """Keep a call to somebody at a tenant who is no contact. Raises Refused for a value that cannot be used."""
    require(by, May.OPERATE)
    with AllAtOnce() as each:
        came_of_it = each(_outcome, state)
        words = each(checks.line, "outcome", outcome, most=1000, required=False)
        person, number = each(checks.line, "name", name, most=160), each(checks.phone, "phone", phone)
        if number == "":
            each.add(Refused("phone", _("Fill this in.")))
    bulletin = _held(bulletin.id)
    if db.session.get(BulletinTenant, (bulletin.id, tenant.id)) is None:
        db.session.rollback()
        raise Refused("tenant", _("This did not go to that tenant."))
    call = BulletinCall(bulletin_id=bulletin.id, tenant_id=tenant.id, name=person, phone=number)
    _write(call, came_of_it, words, language, by, now)
    db.session.add(call)
    _commit(bulletin, call, by, now)
    return call


def _outcome(state: str) -> CallState:
    if state not in {one.value for one in OUTCOMES}:
        raise Refused("state", _("Say whether you reached somebody."))
    return CallState(state)


def _held(bulletin_id: int) -> Bulletin:
    """The bulletin, held until the transaction ends: of two who reach the last two tenants, the later one closes it."""
    bulletin = db.session.get(Bulletin, bulletin_id, with_for_update=True, populate_existing=True)
    if bulletin is None or bulletin.kind is not BulletinKind.URGENT or bulletin.announced_at is None:
        db.session.rollback()
        raise Refused("bulletin", _("Nobody is to be called about this."))
    return bulletin


def _write(call: BulletinCall, state: CallState, words: str, language: str, by: Actor, now: datetime) -> None:
    call.state, call.outcome, call.language = state, words, language if words else ""
    call.called_by, call.called_at = by.name, now


def _commit(bulletin: Bulletin, call: BulletinCall, by: Actor, now: datetime) -> None:
    db.session.flush()
    # Last: whoever appends holds the end of the chain, and must not wait for rows that another holds.
    append([bulletins_on_record.called(call, by)], now)
    settle_reach(bulletin, by, now)
    db.session.commit()
