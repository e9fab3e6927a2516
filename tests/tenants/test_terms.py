"""Which terms hold for whom: the SLA of the day, and each tenant's agreement over it, looser or stricter (SLA 0)."""

from datetime import date

import pytest

from sla.periods import Period
from sla.terms import Change, Terms
from storage import Refused, db
from tenants.models import Agreement, ServiceLevelAgreement
from tenants.services import TenantFacts, change_tenant
from tenants.terms import sla_terms, terms_in_force
from tests.planning import counted_queries
from tests.world import MANAGER, World, both_databases, local, make_tenant


def facts(name: str = "De Brug", **more: str) -> TenantFacts:
    return TenantFacts("zorggroep-de-brug", name, **more)


@pytest.mark.parametrize(
    ("on", "notice"),
    [
        pytest.param(date(2024, 1, 1), "P1M", id="before-the-first"),
        pytest.param(date(2025, 7, 1), "P1M", id="the-first-day"),
        pytest.param(date(2027, 5, 31), "P1M", id="the-last-day"),
        pytest.param(date(2027, 6, 1), "P6W", id="replaced"),
    ],
)
def test_sla_terms_are_those_of_the_newest_version_in_effect(planned: World, on: date, notice: str) -> None:
    planned.product.agreements.append(
        ServiceLevelAgreement(effective_on=date(2027, 6, 1), production_notice="P6W", product_id=planned.product.id)
    )
    db.session.commit()

    assert str(sla_terms(planned.product, on).production_notice) == notice


def test_terms_of_a_change_are_those_of_its_local_day(planned: World) -> None:
    planned.product.agreements.append(
        ServiceLevelAgreement(effective_on=date(2027, 6, 1), production_notice="P6W", product_id=planned.product.id)
    )
    db.session.commit()

    found = [terms_in_force(planned.product, local(text)).sla for text in ("2027-05-31T23:59", "2027-06-01T00:00")]

    assert [str(terms.production_notice) for terms in found] == ["P1M", "P6W"]


@both_databases
def test_terms_in_force_count_the_tenants_of_each(planned: World) -> None:
    make_tenant(planned.product, "looser", production_notice="P2W")
    make_tenant(planned.product, "stricter", production_notice="P6W", acceptance_notice="P1M")
    make_tenant(planned.product, "stricter-too", production_notice="P42D", acceptance_notice="P1M")
    sla = Terms()
    stricter = sla.under({Change.ACCEPTANCE: "P1M", Change.PRODUCTION: "P6W"})

    # Whoever asks has the product at hand.
    assert planned.product.agreements[0].production_notice == "P1M"
    with counted_queries() as queries:
        found = terms_in_force(planned.product, local("2027-02-08T06:00"))

    assert found.tenants == {sla: 2, sla.under({Change.PRODUCTION: "P2W"}): 1, stricter: 2}
    assert len(queries) == 1


def test_terms_without_tenants_are_the_slas(planned: World) -> None:
    nobody = terms_in_force(planned.product, local("2027-02-08T06:00"), db.select(Agreement.tenant_id))

    assert (nobody.tenants, nobody.all) == ({}, [Terms()])


def test_change_tenant_lays_and_lifts_an_agreement(planned: World) -> None:
    before = planned.product.plan_revision
    change_tenant(planned.brug, facts(production_notice="p42d"), MANAGER)
    laid = terms_in_force(planned.product, local("2027-02-08T06:00")).tenants
    change_tenant(planned.brug, facts(), MANAGER)

    assert {terms.production_notice for terms in laid} == {Period(months=1), Period(days=42)}
    assert terms_in_force(planned.product, local("2027-02-08T06:00")).tenants == {Terms(): 2}
    assert db.session.get(Agreement, planned.brug.id) is None
    assert planned.product.plan_revision == before + 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("production_notice", "a month"),
        ("timezone", "Europe/Atlantis"),
        ("locale", "de"),
        ("ip_allowlist", "300.1.2.3"),
    ],
)
def test_change_tenant_writes_nothing_when_one_value_is_nonsense(planned: World, field: str, value: str) -> None:
    with pytest.raises(Refused) as refusal:
        change_tenant(planned.brug, facts("Another name", **{field: value}), MANAGER)
    db.session.commit()

    assert refusal.value.field == field
    assert planned.brug.name == "Zorggroep De Brug"
