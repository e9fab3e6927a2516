"""The answer to a customer who asked for another date: on record, with the date it gives, and by mail, once."""

from datetime import datetime
from enum import StrEnum

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from announcements.contents import Content
from announcements.rendering import letter_of
from evidence.actors import Actor, May, require
from evidence.chain import append
from outbox.models import OutboxMessage
from outbox.services import new_message_id
from schedules.date_requests import answered, hold_open
from schedules.known_dates import known_date
from schedules.own_date_laying import Given, lay_own_dates
from schedules.own_dates_seen import check_seen
from schedules.rollouts import check_own_date
from schedules.wave_models import DateRequest, RequestState
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import Contact
from tenants.planners import wait_for_other_planners
from tenants.wording import day_and_time_here, environment_in_words, moment_for_tenant


class Answer(StrEnum):
    YES = "yes"
    OTHER = "other"
    NO = "no"


STATES = {Answer.YES: RequestState.GRANTED, Answer.OTHER: RequestState.PROPOSED, Answer.NO: RequestState.REFUSED}


def answer_request(
    row: DateRequest,
    answer: Answer,
    offered_at: datetime | None,
    words: str,
    by: Actor,
    now: datetime,
    *,
    seen: str | None = None,
) -> None:
    """Answer a customer's question for a date: give one, propose another, or say no; whoever asked is mailed.

    Raises as ``give_own_date`` does for a date that breaks a promise, Refused where a no or another date has no words
    with it, where a yes gives another date than was asked for or a proposal is that very date, Conflict where it was
    answered or taken back meanwhile. One transaction: there is one answer and one mail.
    """
    require(by, May.PLAN)
    with AllAtOnce() as each:
        words = each(words_of_answer, answer, words)
        if answer is not Answer.NO and offered_at is None:
            each.add(checks.no_moment("offered_at"))
    release = row.release
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    hold_open(row)
    if answer is not Answer.NO:
        check_seen(release, [row.tenant], seen)
    try:
        check_says_what_it_does(row, answer, offered_at)
    except Refused:
        db.session.rollback()
        raise
    if answer is not Answer.NO and offered_at is not None:
        check_own_date(release, row.tenant, row.kind, offered_at, now, field="offered_at")
        row.offered_at = offered_at
    row.state, row.answer, row.answered_by, row.answered_at = STATES[answer], words, by.name, now
    happenings = []
    if answer is Answer.YES and offered_at is not None:
        given = Given(row.reason, by.name)
        happenings = lay_own_dates(release, row.kind, [row.tenant], offered_at, given, by, now)
    for contact in readers_of_answer(row):
        db.session.add(_mail(row, contact, now))
    db.session.flush()
    append([*happenings, answered(row, by)], now)
    db.session.commit()


def words_of_answer(answer: Answer, typed: str) -> str:
    """What the customer reads with it. Raises Refused where it is needed and missing."""
    return checks.line("words", typed, most=1000, required=answer is not Answer.YES)


def check_says_what_it_does(row: DateRequest, answer: Answer, offered_at: datetime | None) -> None:
    """Raise Refused where what is proposed is what was asked for, or a yes would give what nobody asked for."""
    if offered_at is None:
        return
    is_asked_for = same_minute(offered_at, row.asked_for)
    if answer is Answer.OTHER and is_asked_for:
        raise Refused("offered_at", _("This is the date that was asked for. Say yes, or propose another."))
    if answer is Answer.YES and not is_asked_for:
        moment = day_and_time_here(row.asked_for, row.release.product.timezone)
        raise Refused(
            "offered_at",
            _(
                "Yes gives the date that was asked for, %(moment)s. Propose another date to give this one.",
                moment=moment,
            ),
        )


def same_minute(one: datetime, other: datetime) -> bool:
    """Whether two moments are the same as far as a form shows them."""
    return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)


def answered_in(row: DateRequest) -> str:
    """The language in which the answer is read: that of who asked, as long as it is a contact; else the tenant's."""
    asker = db.session.get(Contact, row.contact_id) if row.contact_id is not None else None
    return asker.locale if asker is not None else row.tenant.locale


def readers_of_answer(row: DateRequest) -> list[Contact]:
    """Who asked, as long as it is a contact; else all that the tenant has."""
    asker = db.session.get(Contact, row.contact_id) if row.contact_id is not None else None
    return [asker] if asker is not None else list(row.tenant.contacts)


def _mail(row: DateRequest, contact: Contact, now: datetime) -> OutboxMessage:
    language = contact.locale
    with force_locale(language):
        stays = known_date(row.release, row.tenant, row.kind, now)
        letter = letter_of(content_of(row, language, stays), language, f"release-{row.release_id}", now)
    path = f"/portal/{row.tenant.slug}/releases/{row.release.version}/date"
    return OutboxMessage(
        letter=letter,
        tenant_id=row.tenant_id,
        contact_id=contact.id,
        address=contact.email,
        name=contact.name,
        fields={"name": contact.name, "link": f"{current_app.config['BASE_URL']}{path}"},
        message_id=new_message_id(),
        created_at=now,
        next_attempt_at=now,
    )


def content_of(row: DateRequest, language: str, stays: datetime | None) -> Content:
    """What the answer says, in the language that is in force.

    ``stays`` is the date that the customer knows, which a no leaves as it is: never one that was not announced.
    """
    release, tenant, product = row.release, row.tenant, row.release.product
    named = {"product": product.name, "version": release.version}

    def words(moment: datetime) -> str:
        return moment_for_tenant(moment, product.timezone, tenant.timezone, language)

    asked = (_("You asked for"), words(row.asked_for))
    facts = [(_("Organisation"), tenant.name), (_("Environment"), environment_in_words(row.kind.value)), asked]
    if row.state is RequestState.GRANTED and row.offered_at is not None:
        headline = _("You get %(version)s on another date, as you asked.", version=release.version)
        facts.append((_("Your date"), words(row.offered_at)))
        todo = _("You do not need to do anything. All contacts of your organisation hear of the new date.")
    elif row.state is RequestState.PROPOSED and row.offered_at is not None:
        headline = _("We cannot give you the date that you asked for, and propose another one.")
        facts.append((_("We propose"), words(row.offered_at)))
        todo = _("Say on the portal whether you take this date. Until then your present date stands.")
    else:
        headline = _("We cannot give you another date for %(version)s.", version=release.version)
        if stays is not None:
            facts.append((_("Your date stays"), words(stays)))
        todo = _("You do not need to do anything. Ask the help desk if you want to talk about it.")
    if row.answer:
        facts.append((_("What our planner says"), row.answer))
    return Content(
        subject=_("[%(product)s] Answer to your question about the date of %(version)s", **named),
        headline=headline,
        facts=facts,
        todo=todo,
        link_label=_("See it on the portal"),
        why=_("You get this because you asked on the portal for another date for %(tenant)s.", tenant=tenant.name),
        product=product,
        help_desk=product.help_desk(language),
    )
