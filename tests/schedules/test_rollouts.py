"""A tenant's own date for an update: judged for it alone, told as everybody is, and kept when the others move."""

from datetime import datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from evidence.actors import NotAllowed
from evidence.models import Entry
from outbox.models import MessageState
from schedules.errors import BreaksSLA
from schedules.models import Release, Rollout
from schedules.notices import NoticeState, Says
from schedules.own_date_judging import judge_own_dates
from schedules.queries import told_notices
from schedules.release_cancelling import cancel_release
from schedules.rollouts import date_for, drop_own_date, give_own_date, own_date, own_dates
from sla.breaches import Rule
from sla.terms import Change
from storage import Refused, db
from tenants.installed import running
from tenants.models import EnvironmentKind, Tenant
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    messages,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    queued_mails,
    read,
    the_notice,
    told_and_given,
)
from tests.world import LONG_AGO, MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local

LATER = "2027-03-01T06:00"


def own(
    release: Release, tenant: Tenant, at: str = LATER, kind: Change = Change.PRODUCTION, *, now: datetime = NOW
) -> Rollout:
    return give_own_date(release, tenant, kind, local(at), "budget of the customer", PLANNER, now)


@both_databases
def test_own_date_makes_a_duty_of_its_own(planned: World) -> None:
    release = planned_release(planned.product)
    own(release, planned.brug)
    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    assert (notice.planned_at, notice.deadline_at) == (local(LATER), local("2027-02-01T06:00"))
    assert the_notice(release, Change.PRODUCTION, planned.peelrand).planned_at == release.production_at
    assert [rollout.tenant for rollout in own_dates(release)] == [planned.brug]
    assert db.session.scalars(select(Entry.kind).order_by(Entry.id.desc()).limit(1)).one() == "moved"


@both_databases
def test_own_date_outlasts_a_move_of_the_release(planned: World) -> None:
    release = planned_release(planned.product)
    own(release, planned.brug)
    moved(release, production="2027-02-15T06:00")
    assert the_notice(release, Change.PRODUCTION, planned.brug).planned_at == local(LATER)
    assert the_notice(release, Change.PRODUCTION, planned.peelrand).planned_at == local("2027-02-15T06:00")


def test_own_date_is_kept_up_after_everybodys_has_passed(planned: World) -> None:
    release = planned_release(planned.product)
    own(release, planned.brug, "2027-06-01T06:00")
    told_and_given(ACCEPTANCE_DEADLINE - timedelta(days=1))
    planned.product.plan_revision += 1
    db.session.commit()
    pass_of_the_clock(release.production_at + timedelta(days=30))
    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    assert (notice.planned_at, notice.state) == (local("2027-06-01T06:00"), NoticeState.PLANNED)
    told_and_given(local("2027-04-30T06:00"))
    assert the_notice(release, Change.PRODUCTION, planned.brug).state is NoticeState.COMPLETE


def test_tenant_that_was_told_hears_of_its_own_date(planned: World) -> None:
    release = planned_release(planned.product)
    at = local("2027-01-08T05:00")
    told_and_given(at)
    own(release, planned.brug, now=at)
    pass_of_the_clock(at + timedelta(minutes=1))
    mails = queued_mails()
    assert {mail.address for mail in mails} == {
        "contact1@zorggroep-de-brug.example",
        "contact2@zorggroep-de-brug.example",
    }
    assert the_notice(release, Change.PRODUCTION, planned.brug).says is Says.MOVED


def test_own_date_too_soon_is_refused_with_the_first_that_would_do(planned: World) -> None:
    release = planned_release(planned.product)
    now = local("2027-01-20T12:00")
    with pytest.raises(BreaksSLA) as refused:
        own(release, planned.brug, "2027-02-10T06:00", now=now)
    breach = refused.value.breaches[0]
    assert breach.rule is Rule.PRODUCTION_NOTICE
    assert breach.earliest is not None
    own(release, planned.brug, f"{breach.earliest.astimezone(planned.product.zone):%Y-%m-%dT%H:%M}", now=now)


def test_own_date_keeps_the_time_to_test(planned: World) -> None:
    release = planned_release(planned.product)
    with pytest.raises(BreaksSLA) as refused:
        own(release, planned.brug, "2027-02-01T05:00", Change.ACCEPTANCE)
    assert [breach.rule for breach in refused.value.breaches] == [Rule.TEST_PERIOD]
    with pytest.raises(Refused):
        own(release, planned.brug, "2027-02-09T06:00", Change.ACCEPTANCE)


def test_own_date_that_has_passed_is_refused(planned: World) -> None:
    release = planned_release(planned.product)
    with pytest.raises(Refused):
        own(release, planned.brug, "2026-11-01T06:00")
    told_and_given(ACCEPTANCE_DEADLINE - timedelta(days=1))
    with pytest.raises(Refused):
        own(release, planned.brug, now=release.production_at + timedelta(days=1), at="2027-06-01T06:00")


def test_own_date_needs_a_planner(planned: World) -> None:
    release = planned_release(planned.product)
    with pytest.raises(NotAllowed):
        give_own_date(release, planned.brug, Change.PRODUCTION, local(LATER), "why", OPERATOR, NOW)


@both_databases
def test_dropped_own_date_goes_along_again(planned: World) -> None:
    release = planned_release(planned.product)
    drop_own_date(own(release, planned.brug), PLANNER, NOW)
    assert own_date(release, planned.brug, Change.PRODUCTION) is None
    assert the_notice(release, Change.PRODUCTION, planned.brug).planned_at == release.production_at
    assert len(notices(release, Change.PRODUCTION, planned.brug)) == 1


def test_dropping_too_late_is_refused(planned: World) -> None:
    release = planned_release(planned.product)
    rollout = own(release, planned.brug)
    with pytest.raises(BreaksSLA):
        drop_own_date(rollout, PLANNER, local("2027-01-20T12:00"))
    assert date_for(release, planned.brug, Change.PRODUCTION) == local(LATER)


@both_databases
def test_acceptance_is_recorded_on_the_own_date(planned: World) -> None:
    release = planned_release(planned.product, production="2027-03-15T06:00")
    own(release, planned.brug, "2027-02-01T06:00", Change.ACCEPTANCE)
    told_and_given(ACCEPTANCE_DEADLINE - timedelta(days=1))
    told_and_given(local("2027-01-17T06:00"))
    pass_of_the_clock(release.acceptance_at + timedelta(minutes=1))
    assert _runs(planned.peelrand) == "2027.1"
    assert _runs(planned.brug) is None
    pass_of_the_clock(local("2027-02-01T06:01"))
    assert _runs(planned.brug) == "2027.1"


@both_databases
def test_missed_tenant_is_updated_on_its_own_date(planned: World) -> None:
    release = planned_release(planned.product, production="2027-04-05T06:00")
    late = ACCEPTANCE_DEADLINE + timedelta(minutes=1)
    pass_of_the_clock(late)
    assert the_notice(release, Change.ACCEPTANCE, planned.brug).state is NoticeState.MISSED
    own(release, planned.brug, "2027-02-01T06:00", Change.ACCEPTANCE, now=late)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    assert (notice.state, notice.says) == (NoticeState.PLANNED, Says.PLANNED)
    assert notices(release, Change.ACCEPTANCE, planned.brug)[0].state is NoticeState.MISSED
    told_and_given(local("2027-01-17T06:00"))
    pass_of_the_clock(local("2027-02-01T06:01"))
    assert _runs(planned.brug) == "2027.1"
    assert _runs(planned.peelrand) is None


@both_databases
def test_own_date_that_was_missed_is_followed_by_one_that_is_recorded(planned: World) -> None:
    release = planned_release(planned.product, production="2027-05-10T06:00")
    first = own(release, planned.brug, "2027-02-01T06:00", Change.ACCEPTANCE)
    pass_of_the_clock(local("2027-01-18T06:01"))
    pass_of_the_clock(first.planned_at + timedelta(minutes=1))
    assert first.recorded_at is not None
    assert _runs(planned.brug) is None

    again = own(release, planned.brug, LATER, Change.ACCEPTANCE, now=first.planned_at + timedelta(hours=1))
    told_and_given(local("2027-02-09T06:00"))
    pass_of_the_clock(again.planned_at + timedelta(minutes=1))
    assert _runs(planned.brug) == "2027.1"


def test_cancelling_reaches_a_tenant_with_its_own_date(planned: World) -> None:
    release = planned_release(planned.product)
    own(release, planned.brug)
    told_and_given(local("2027-01-30T06:00"))
    cancel_release(release, MANAGER, local("2027-02-02T06:00"))
    assert the_notice(release, Change.PRODUCTION, planned.brug).says is Says.CANCELLED


def test_own_date_shows_in_the_tenants_calendar_only(planned: World) -> None:
    release = planned_release(planned.product)
    own(release, planned.brug)
    told_and_given(local("2027-01-30T06:00"))
    dates = [notice.planned_at for notice in told_notices(planned.brug, LONG_AGO) if notice.kind is Change.PRODUCTION]
    assert dates == [local(LATER)]


def _runs(tenant: Tenant) -> str | None:
    installation = running(tenant)[EnvironmentKind.ACCEPTANCE]
    return installation.version if installation else None


@both_databases
def test_tenant_is_reminded_of_its_own_date_and_of_no_other(planned: World) -> None:
    release = planned_release(planned.product)
    own(release, planned.brug)
    told_and_given(local("2027-01-03T06:00"))
    told_and_given(local("2027-01-30T06:00"))
    told_and_given(local("2027-02-01T06:00"))
    assert [mail for mail in _reminders(planned.brug) if "roductie" in mail or "roduction" in mail] == []
    assert any("8 februari" in mail for mail in _reminders(planned.peelrand))
    told_and_given(local("2027-02-22T06:00"))
    told_and_given(local("2027-02-22T06:05"))
    mine = [mail for mail in _reminders(planned.brug) if "1 maart 2027" in mail or "1 March 2027" in mail]
    assert len(mine) == 2
    assert not any("maart" in mail for mail in _reminders(planned.peelrand))


def test_own_date_of_one_takes_back_no_reminder_of_another(planned: World) -> None:
    release = planned_release(planned.product)
    at = local("2027-01-03T06:00")
    told_and_given(at)
    week_ahead = local("2027-02-01T06:00")
    pass_of_the_clock(week_ahead)
    waiting = {message.tenant_id for message in messages(None, MessageState.QUEUED)}
    assert waiting == {planned.brug.id, planned.peelrand.id}
    own(release, planned.brug, "2027-04-05T06:00", now=week_ahead)
    assert {message.tenant_id for message in messages(None, MessageState.QUEUED)} == {planned.peelrand.id}


def _reminders(tenant: Tenant) -> list[str]:
    """The subjects of the reminders that a tenant's contacts were sent."""
    subjects = [read(message).subject for message in messages(tenant)]
    return [subject for subject in subjects if "erinnering" in subject or "eminder" in subject]


NEXT = ("2027.2", "2027-04-12T06:00", "2027-05-10T06:00")


def refusal_of(release: Release, tenant: Tenant, at: str, kind: Change = Change.PRODUCTION) -> str:
    with force_locale("en"), pytest.raises(Refused) as refused:
        own(release, tenant, at, kind)
    return refused.value.message


@both_databases
def test_own_date_keeps_the_order_of_versions_for_its_tenant(planned: World) -> None:
    first = planned_release(planned.product)
    second = planned_release(planned.product, *NEXT)
    later = "2027.1 cannot come after 2027.2, which comes on Mon 10 May 2027, 06:00. Choose an earlier moment."
    assert [refusal_of(first, planned.brug, at) for at in ("2027-06-20T12:00", "2027-05-10T06:00")] == [later] * 2
    assert refusal_of(first, planned.brug, "2027-04-12T06:00", Change.ACCEPTANCE)
    own(first, planned.brug, "2027-05-09T06:00")
    # By then this tenant alone has 2027.1 later; what others get says nothing of it.
    assert refusal_of(second, planned.brug, "2027-05-08T06:00") == (
        "2027.2 cannot come before 2027.1, which comes on Sun 9 May 2027, 06:00. Choose a later moment."
    )
    own(second, planned.peelrand, "2027-05-08T06:00")
    own(second, planned.brug, "2027-06-14T06:00")
    own(first, planned.brug, "2027-06-13T06:00")
    assert refusal_of(first, planned.peelrand, "2027-05-09T06:00").startswith("2027.1 cannot come after 2027.2")


def test_first_date_that_would_do_comes_after_the_versions_before_it(planned: World) -> None:
    first = planned_release(planned.product)
    second = planned_release(planned.product, "2027.2", "2027-03-01T06:00", "2027-05-10T06:00")
    own(first, planned.brug, "2027-04-20T06:00")
    verdict = judge_own_dates(
        second, Change.PRODUCTION, [planned.brug, planned.peelrand], local("2027-04-05T06:00"), NOW
    )
    assert [(one.slug, one.earliest) for one in verdict.objections] == [(planned.brug.slug, local("2027-04-20T06:01"))]


def test_called_off_version_and_everybodys_order_stand_in_nobodys_way(planned: World) -> None:
    first = planned_release(planned.product)
    # Both reach acceptance at one moment, which was judged when they were planned.
    second = planned_release(planned.product, "2027.2", production="2027-05-10T06:00")
    rollout = own(first, planned.brug, "2027-01-17T06:00", Change.ACCEPTANCE)
    drop_own_date(rollout, PLANNER, NOW)
    assert date_for(first, planned.brug, Change.ACCEPTANCE) == first.acceptance_at
    cancel_release(second, MANAGER, NOW)
    own(first, planned.brug, "2027-06-20T12:00")
