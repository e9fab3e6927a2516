"""Duties to give notice: by when, how far they are, and the proof; and what a person told (SLA 3.3, 4.1)."""

from flask import abort

from compliance.notice_evidence import NoticeProof, proof_of
from entrypoints.api.calls import Answer, call
from entrypoints.api.found import the_product
from entrypoints.api.guard import caller, own_tenant_id
from entrypoints.api.notice_shapes import (
    Call,
    ChangeNamed,
    MailOf,
    NewTold,
    NoticeAnswer,
    NoticeQuery,
    Proof,
)
from entrypoints.api.shapes import Page, Words
from entrypoints.guards import now
from evidence.actors import Actor, May
from schedules.lists import notices_asked
from schedules.notices import Notice
from schedules.telling import person_told, record_told
from storage import AllAtOnce, db
from storage.paging import page_of
from tenants import checks
from tenants.queries import tenant_by_slug


@call("GET", "/notices", may=May.LOOK, query=NoticeQuery, answer=Page[NoticeAnswer], contacts=True)
def list_notices(query: NoticeQuery) -> Answer:
    """Duties to give notice, the first deadline first. A contact's token sees what its tenant has been told."""
    product = the_product(query.product) if query.product is not None else None
    tenant = tenant_by_slug(query.tenant) if query.tenant is not None else None
    own = own_tenant_id()
    if query.tenant is not None and (tenant is None or own not in {None, tenant.id}):
        abort(404)
    asked = notices_asked(
        product=product,
        tenant_id=own or (tenant.id if tenant else None),
        state=query.state,
        kind=query.kind,
        only_told=own is not None,
    )
    found = page_of(asked, query.page, query.per_page)
    return Answer(
        Page[NoticeAnswer].of(
            [_answer(one) for one in proof_of(found.rows, to_tenant=own is not None)], found.total, query
        )
    )


@call("GET", "/notices/<int:notice_id>", may=May.LOOK, answer=NoticeAnswer, contacts=True)
def get_notice(notice_id: int) -> Answer:
    """A duty to give notice."""
    return Answer(_answer(proof_of([_notice(notice_id)], to_tenant=own_tenant_id() is not None)[0]))


@call("POST", "/notices/<int:notice_id>/told", may=May.TELL, body=NewTold, answer=NoticeAnswer, status=201)
def record_notice_told(notice_id: int, body: NewTold) -> Answer:
    """Record that a person told a customer by telephone or letter: that gives the notice as well as a mail does."""
    notice = _notice(notice_id)
    with AllAtOnce() as each:
        told_at = each(checks.local_moment, "told_at", body.at, notice.tenant.product.zone)
        person = each(checks.line, "by", body.by, most=120)
        each(person_told, body.contact)
    who = Actor(f"{person} ({caller().name})", caller().role)
    record_told(notice, body.channel, body.contact, told_at, who, now())
    return Answer(_answer(proof_of([notice])[0]))


def _notice(notice_id: int) -> Notice:
    notice = db.session.scalars(
        notices_asked(notice_id=notice_id, tenant_id=own_tenant_id(), only_told=own_tenant_id() is not None)
    ).one_or_none()
    if notice is None:
        abort(404)
    return notice


def _answer(proof: NoticeProof) -> NoticeAnswer:
    notice = proof.notice
    return NoticeAnswer(
        id=notice.id,
        tenant=notice.tenant.slug,
        product=notice.tenant.product.slug,
        release=ChangeNamed(id=notice.release.id, name=notice.release.version) if notice.release else None,
        maintenance=ChangeNamed(id=notice.maintenance.id, name=notice.maintenance.reference)
        if notice.maintenance
        else None,
        kind=notice.kind,
        says=notice.says,
        planned_at=notice.planned_at,
        ends_at=notice.ends_at,
        previous_at=notice.previous_at,
        period=notice.period,
        clause=notice.clause,
        announce_at=notice.announce_at,
        deadline_at=notice.deadline_at,
        state=proof.state,
        joined_late=notice.joined_late,
        waiver=notice.waiver.reason("nl") if notice.waiver else None,
        waiver_words=Words(nl=notice.waiver.reason_nl, en=notice.waiver.reason_en) if notice.waiver else None,
        missed_at=notice.missed_at,
        proof=Proof(
            announced_at=notice.announced_at,
            given_at=notice.given_at,
            completed_at=notice.completed_at,
            days_ahead=proof.days_ahead,
            mails=[
                MailOf(
                    contact=mail.name,
                    address=mail.address,
                    language=mail.language,
                    state=mail.state.value,
                    sent_at=mail.sent_at,
                    server_reply=mail.reply,
                    proof=mail.proof,
                    message_id=mail.message_id,
                    sha256=mail.sent_hash,
                    trial=mail.trial,
                    bounced_at=mail.bounced_at,
                    bounce=mail.bounce,
                )
                for mail in proof.mails
            ],
            told=[
                Call(channel=told.channel, contact=told.person, at=told.told_at, by=told.recorded_by)
                for told in proof.told
            ],
        ),
    )
