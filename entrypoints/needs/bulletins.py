"""What was written by hand and has not reached everybody."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from announcements.bulletin_queries import open_urgent, terms_owed
from announcements.models import Bulletin
from announcements.reach import Reach
from entrypoints.needs.need import AHEAD, Asking, Need
from entrypoints.needs.people import all_contacts
from entrypoints.presenting import language, weekday_in_words
from tenants.wording import tenants_in_words


def calls(asking: Asking) -> list[Need]:
    """The call lists of urgent announcements, of whichever product (SLA 4.1)."""
    return [_call(bulletin, far, asking) for bulletin, far in open_urgent()]


def terms(asking: Asking) -> list[Need]:
    """Changed terms that not everybody has been told of before their day (SLA 6.1)."""
    return [_terms(bulletin, far, asking) for bulletin, far in terms_owed(asking.product, asking.now, AHEAD)]


def _call(bulletin: Bulletin, far: Reach, asking: Asking) -> Need:
    if bulletin.written_at:
        lacks = ngettext(
            "%(num)d tenant has not been reached yet (SLA 4.1).",
            "%(num)d tenants have not been reached yet (SLA 4.1).",
            far.unreached,
        )
    else:
        lacks = _("It is on its way.")
    other = f", {bulletin.product.name}" if bulletin.product_id != asking.product.id else ""
    return Need(
        kind="calls",
        what=f"{_('Urgent')}{other}: {bulletin.subject(language())}",
        page=url_for("planner.bulletin", bulletin_id=bulletin.id),
        label=_("now"),
        wrong=True,
        sign="urgent",
        missing=(lacks,),
        people=tenants_in_words(far.tenants),
        action=_("Call them") if asking.may("operate") else _("Look"),
        action_page=url_for("planner.bulletin", bulletin_id=bulletin.id),
        about=bulletin.subject(language()),
    )


def _terms(bulletin: Bulletin, far: Reach | None, asking: Asking) -> Need:
    late = bulletin.missed_at is not None or (bulletin.effective_at is not None and bulletin.effective_at <= asking.now)
    if far:
        lacks = ngettext(
            "%(num)d tenant has not been told by mail (SLA 6.1).",
            "%(num)d tenants have not been told by mail (SLA 6.1).",
            far.unreached,
        )
    else:
        lacks = _("Not announced yet; contacts are always told before this day (SLA 6.1).")
    named = all_contacts(asking.everybody) if bulletin.all_tenants else tenants_in_words(len(bulletin.tenants))
    return Need(
        kind="terms",
        what=f"{_('Changed terms')}: {bulletin.subject(language())}",
        page=url_for("planner.bulletin", bulletin_id=bulletin.id),
        at=bulletin.effective_at,
        label=_("missed") if late else "",
        moment=weekday_in_words(bulletin.effective_on) if bulletin.effective_on else "",
        wrong=late,
        sign="terms",
        missing=(lacks,),
        people=tenants_in_words(far.tenants) if far else named,
        action=_("Announce") if not far and asking.may("manage") else _("Look"),
        action_page=url_for("planner.bulletin", bulletin_id=bulletin.id),
        about=bulletin.subject(language()),
    )
