"""Duties are kept up: for who joins late, whose agreement changes, what was taken over from elsewhere."""

from datetime import UTC, date, datetime, timedelta

import pytest

from evidence.actors import Actor, Role
from schedules.history import ReleaseRecord, take_over_release
from schedules.models import Release
from schedules.notices import Notice, NoticeState, Says
from schedules.upkeep import keep_up_all
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.history import give_addresses, new_tenant
from tenants.models import ServiceLevelAgreement, Tenant
from tenants.planners import plans_changed
from tenants.products import ProductFacts, change_product
from tenants.services import TenantFacts, change_tenant
from tests.planning import (
    ACCEPTANCE,
    PRODUCTION,
    PRODUCTION_DEADLINE,
    as_manager,
    counted_queries,
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
from tests.schedules.moving import production
from tests.world import ADMIN, MANAGER, NOW, World, both_databases, local, make_tenant

IMPORTER = Actor("import", Role.ADMIN)


def with_agreement(tenant: Tenant, notice: str) -> None:
    change_tenant(tenant, TenantFacts(tenant.slug, tenant.name, production_notice=notice), MANAGER)


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
def test_keep_up_costs_one_query_where_nothing_changed(planned: World) -> None:
    planned_release(planned.product)
    keep_up_all(NOW)

    with counted_queries() as queries:
        assert keep_up_all(NOW) == 0
    assert len(queries) == 1


@both_databases
def test_keep_up_a_second_time_changes_nothing(planned: World) -> None:
    release = planned_release(planned.product)
    columns = [column.name for column in Notice.__table__.columns]
    before = [[getattr(one, name) for name in columns] for one in notices(release)]
    planned.product.plan_revision += 1
    db.session.commit()

    assert keep_up_all(NOW + timedelta(days=1)) == 0
    assert [[getattr(one, name) for name in columns] for one in notices(release)] == before


@pytest.mark.parametrize(
    ("joined", "late"),
    [
        pytest.param("2027-01-08T06:00", False, id="at-the-deadline"),
        pytest.param("2027-01-08T06:00:01", True, id="a-second-after"),
    ],
)
def test_tenant_that_joins_late_is_told_at_once(planned: World, joined: str, late: bool) -> None:
    release = planned_release(planned.product)
    now = local(joined)
    tenant = make_tenant(planned.product, "newcomer", now=now)
    keep_up_all(now)

    found = production(release, tenant)
    assert (found.joined_late, found.deadline_at) == (late, PRODUCTION_DEADLINE)
    assert found.lapses_at == (local(PRODUCTION) if late else PRODUCTION_DEADLINE)
    told_and_given(now)
    assert production(release, tenant).state is NoticeState.COMPLETE


def test_tenant_that_joins_after_a_change_has_no_duty(planned: World) -> None:
    release = planned_release(planned.product)
    joined = local("2027-01-20T06:00")
    tenant = make_tenant(planned.product, "newcomer", now=joined)
    keep_up_all(joined)

    assert [one.kind for one in notices(release, tenant=tenant)] == [Change.PRODUCTION]


@pytest.mark.parametrize(
    ("notice", "deadline", "clause"),
    [
        ("P6W", "2026-12-28T06:00", "the signed agreement (SLA 0)"),
        ("P1W", "2027-02-01T06:00", "the signed agreement (SLA 0)"),
    ],
    ids=["stricter", "looser"],
)
def test_agreement_that_changes_moves_open_duties(planned: World, notice: str, deadline: str, clause: str) -> None:
    release = planned_release(planned.product)
    with_agreement(planned.brug, notice)

    assert keep_up_all(NOW) == 1
    found = production(release, planned.brug)
    assert (found.deadline_at, found.lapses_at, found.announce_at) == (
        local(deadline),
        local(deadline),
        local(deadline) - timedelta(days=7),
    )
    assert (found.period, found.clause, found.joined_late) == (notice, clause, False)
    assert production(release, planned.peelrand).deadline_at == PRODUCTION_DEADLINE


@pytest.mark.parametrize("announced", [False, True], ids=["open", "announced"])
def test_agreement_that_comes_after_its_own_deadline_is_not_missed_but_told_at_once(
    planned: World, announced: bool
) -> None:
    release = planned_release(planned.product)
    now = local("2027-01-02T09:00") if announced else local("2026-12-29T09:00")
    pass_of_the_clock(now)
    with_agreement(planned.brug, "P2M")

    pass_of_the_clock(now + timedelta(minutes=1))

    found = production(release, planned.brug)
    assert (found.period, found.deadline_at, found.lapses_at) == ("P2M", local("2026-12-08T06:00"), local(PRODUCTION))
    assert (found.state, found.joined_late) == (NoticeState.ANNOUNCED, True)


def test_agreement_that_changes_leaves_what_was_given(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(local("2027-01-02T09:00"))
    with_agreement(planned.brug, "P2M")

    assert keep_up_all(local("2027-01-02T10:00")) == 0
    found = production(release, planned.brug)
    assert (found.period, found.deadline_at, found.state) == ("P1M", PRODUCTION_DEADLINE, NoticeState.COMPLETE)


def test_sla_of_a_later_day_moves_open_duties(planned: World) -> None:
    release = planned_release(planned.product)
    planned.product.agreements.append(
        ServiceLevelAgreement(effective_on=date(2027, 2, 1), production_notice="P6W", product_id=planned.product.id)
    )
    plans_changed(planned.product.id)
    db.session.commit()
    keep_up_all(NOW)

    assert {one.period for one in notices(release, Change.PRODUCTION)} == {"P6W"}
    assert {one.period for one in notices(release, Change.ACCEPTANCE)} == {"P2W"}


@pytest.mark.parametrize(
    ("facts", "announce_at", "deadline_at"),
    [
        pytest.param(
            ProductFacts("Inconto", announce_ahead="P3D"), "2027-01-05T06:00", PRODUCTION_DEADLINE, id="announce-ahead"
        ),
        pytest.param(
            ProductFacts("Inconto", timezone="UTC"),
            "2027-01-01T06:00",
            datetime(2027, 1, 8, 5, tzinfo=UTC),
            id="same-moment-elsewhere",
        ),
    ],
)
def test_product_that_changes_moves_open_duties(
    planned: World, facts: ProductFacts, announce_at: str, deadline_at: datetime
) -> None:
    release = planned_release(planned.product)
    change_product(planned.product, facts, ADMIN, NOW)
    keep_up_all(NOW)

    found = production(release, planned.brug)
    assert (found.announce_at, found.deadline_at) == (local(announce_at), deadline_at)


def test_product_that_changes_leaves_what_was_let_leave_by_hand(planned: World) -> None:
    release = planned_release(planned.product)
    found = production(release, planned.brug)
    found.announce_at = NOW
    db.session.commit()
    change_product(planned.product, ProductFacts("Inconto", announce_ahead="P3D"), ADMIN, NOW)
    keep_up_all(NOW)

    assert production(release, planned.brug).announce_at == NOW


def test_duty_that_could_be_told_only_after_its_deadline_is_missed(planned: World) -> None:
    # Nobody's worker ran from before the deadline until after it.
    release = planned_release(planned.product)
    change_tenant(planned.brug, TenantFacts(planned.brug.slug, "De Brug"), MANAGER)

    pass_of_the_clock(local("2027-01-09T06:00"))

    assert {one.state for one in notices(release)} == {NoticeState.MISSED}
    assert messages() == []


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


@both_databases
def test_tenant_without_a_contact_stays_due_until_it_has_one(planned: World) -> None:
    release = planned_release(planned.product)
    tenant = make_tenant(planned.product, "without-contact", contacts=0)
    pass_of_the_clock(local("2027-01-02T09:00"))
    waiting = [one.state for one in notices(release, tenant=tenant)]
    add_contact(tenant, ContactFacts("Noor", "noor@without-contact.example"), MANAGER)
    pass_of_the_clock(local("2027-01-02T09:05"))

    assert waiting == [NoticeState.DUE, NoticeState.DUE]
    assert [one.state for one in notices(release, tenant=tenant)] == [NoticeState.ANNOUNCED, NoticeState.ANNOUNCED]
    assert len(messages(tenant)) == 2


def test_tenant_without_a_contact_is_missed_at_the_deadline(planned: World) -> None:
    release = planned_release(planned.product)
    tenant = make_tenant(planned.product, "without-contact", contacts=0)
    pass_of_the_clock(PRODUCTION_DEADLINE)
    at_the_deadline = production(release, tenant).state
    pass_of_the_clock(PRODUCTION_DEADLINE + timedelta(seconds=1))

    assert (at_the_deadline, production(release, tenant).state) == (NoticeState.DUE, NoticeState.MISSED)


@both_databases
def test_keep_up_asks_the_same_number_of_queries_for_one_and_for_three_tenants(planned: World) -> None:
    planned_release(planned.product)
    keep_up_all(NOW)
    numbers = []
    for slugs in (["one"], ["two", "three", "four"]):
        for slug in slugs:
            make_tenant(planned.product, slug)
        with counted_queries() as queries:
            made = keep_up_all(NOW)
        numbers.append((made, len(queries)))

    (first, few), (then, many) = numbers
    assert (first, then) == (2, 6)
    assert few == many
