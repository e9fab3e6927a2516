"""What was planned or announced before a tenant or a release was taken over from elsewhere."""

from datetime import datetime, timedelta

import pytest

from evidence.actors import Actor, Role
from schedules.history import ReleaseRecord, take_over_release
from schedules.models import Release
from schedules.notices import NoticeState, Says
from schedules.upkeep import keep_up_all
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.history import give_addresses, new_tenant
from tenants.models import Tenant
from tenants.planners import plans_changed
from tenants.services import TenantFacts
from tests.planning import (
    ACCEPTANCE,
    PRODUCTION,
    as_manager,
    messages,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    queued_mails,
    read,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, NOW, World, both_databases, local, make_tenant

IMPORTER = Actor("import", Role.ADMIN)


def taken_over(
    world: World, now: datetime, announced_at: datetime | None = None, acceptance: str = ACCEPTANCE
) -> Release:
    """A release from another administration."""
    record = ReleaseRecord("2027.1", local(acceptance), local(PRODUCTION), production_announced_at=announced_at)
    take_over_release(world.product, record, IMPORTER, now)
    plans_changed(world.product.id)
    db.session.commit()
    return db.session.scalars(db.select(Release)).one()


def tenant_taken_over(world: World, now: datetime, slug: str = "taken-over") -> Tenant:
    tenant = new_tenant(world.product, TenantFacts(slug, slug), now)
    give_addresses([tenant], now)
    plans_changed(world.product.id)
    db.session.commit()
    add_contact(tenant, ContactFacts("Noor", f"noor@{slug}.example"), MANAGER)
    return tenant


@both_databases
def test_release_taken_over_after_the_deadline_is_neither_given_nor_missed(planned: World) -> None:
    now = local("2027-01-09T06:00")
    release = taken_over(planned, now)
    pass_of_the_clock(now)
    pass_of_the_clock(now + timedelta(days=2))

    assert {(one.state, one.says, one.announced_at, one.given_at) for one in notices(release)} == {
        (NoticeState.TAKEN_OVER, Says.PLANNED, None, None)
    }
    # What another administration told is not told again; a week ahead it is only called to mind.
    assert [read(one).subject for one in messages(planned.brug)][1:] == [
        "[Inconto] Reminder: acceptance to 2027.1 on Mon 18 January 2027, 06:00"
    ]


def test_release_taken_over_before_the_deadline_is_ours_to_tell(planned: World) -> None:
    release = taken_over(planned, local("2027-01-05T06:00"))
    told_and_given(local("2027-01-05T06:00"))

    assert {one.state for one in notices(release, Change.ACCEPTANCE)} == {NoticeState.TAKEN_OVER}
    assert {one.state for one in notices(release, Change.PRODUCTION)} == {NoticeState.COMPLETE}


def test_release_taken_over_as_announced_is_not_announced_again(planned: World) -> None:
    said = local("2026-11-20T09:00")
    release = taken_over(planned, NOW, announced_at=said)
    pass_of_the_clock(local("2027-01-02T09:00"))

    assert {(one.state, one.announced_at) for one in notices(release, Change.PRODUCTION)} == {
        (NoticeState.TAKEN_OVER, said)
    }
    assert {mail.subject.split()[1] for mail in queued_mails()} == {"Acceptatie", "Acceptance"}


def test_tenant_taken_over_after_the_deadline_is_told_nothing(planned: World) -> None:
    release = planned_release(planned.product)
    now = local("2027-01-09T06:00")
    tenant = tenant_taken_over(planned, now)
    pass_of_the_clock(now)

    assert [one.state for one in notices(release, tenant=tenant)] == [NoticeState.TAKEN_OVER, NoticeState.TAKEN_OVER]
    assert messages(tenant) == []


@both_databases
@pytest.mark.parametrize("imported", [True, False], ids=["imported", "added"])
def test_what_is_planned_after_a_tenant_came_is_told_however_late(planned: World, imported: bool) -> None:
    tenant = make_tenant(planned.product, "newcomer", now=NOW - timedelta(hours=1))
    tenant.imported = imported
    db.session.commit()
    window = planned_window(planned.product, "2026-11-25T22:00", "2026-11-26T02:00", reason="The disk is full")
    release = planned_release(
        planned.product, "2026.4", "2026-11-30T07:00", "2026-12-14T06:00", by=MANAGER, reason="Law"
    )

    found = [the_notice(window, Change.MAINTENANCE, tenant)]
    found += [the_notice(release, kind, tenant) for kind in (Change.ACCEPTANCE, Change.PRODUCTION)]
    assert [(one.state, one.joined_late) for one in found] == [(NoticeState.PLANNED, False)] * 3
    assert all(one.waiver_id is not None for one in found)


@both_databases
def test_date_that_is_changed_after_a_tenant_came_is_not_of_before_it(planned: World) -> None:
    release = planned_release(planned.product)
    tenant = make_tenant(planned.product, "newcomer", now=NOW + timedelta(days=3))
    keep_up_all(NOW + timedelta(days=3))
    early = local("2026-12-21T06:00")
    as_manager(release, "2026-12-14T07:00", "2026-12-21T06:00", "The law", NOW + timedelta(days=4))

    notice = the_notice(release, Change.PRODUCTION, tenant)
    assert (notice.planned_at, notice.state, notice.joined_late) == (early, NoticeState.PLANNED, False)
    assert notice.waiver_id is not None


@pytest.mark.parametrize("announced", [None, local("2026-11-20T09:00")], ids=["passed", "announced-elsewhere"])
def test_tenant_that_joins_after_a_release_was_taken_over_is_told(planned: World, announced: datetime | None) -> None:
    now = local("2027-01-09T06:00")
    release = taken_over(planned, now, announced)
    later = now + timedelta(days=1)
    tenant = make_tenant(planned.product, "newcomer", now=later)
    told_and_given(later)

    assert [(one.state, one.joined_late) for one in notices(release, tenant=tenant)] == [
        (NoticeState.COMPLETE, True),
        (NoticeState.COMPLETE, True),
    ]
    assert {one.state for one in notices(release, Change.PRODUCTION, planned.brug)} == {NoticeState.TAKEN_OVER}
