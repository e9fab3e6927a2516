"""Duties are kept up: for who joins late, whose agreement changes, what was taken over from elsewhere."""

from datetime import UTC, date, datetime, timedelta

import pytest

from schedules.notices import Notice, NoticeState
from schedules.upkeep import keep_up_all
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import ServiceLevelAgreement, Tenant
from tenants.planners import plans_changed
from tenants.products import ProductFacts, change_product
from tenants.services import TenantFacts, change_tenant
from tests.planning import (
    PRODUCTION,
    PRODUCTION_DEADLINE,
    counted_queries,
    messages,
    notices,
    pass_of_the_clock,
    planned_release,
    told_and_given,
)
from tests.schedules.moving import production
from tests.world import ADMIN, MANAGER, NOW, World, both_databases, local, make_tenant


def with_agreement(tenant: Tenant, notice: str) -> None:
    change_tenant(tenant, TenantFacts(tenant.slug, tenant.name, production_notice=notice), MANAGER)


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
