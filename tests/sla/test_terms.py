import pytest

from sla.periods import Period
from sla.terms import Change, Terms

SLA = Terms()


@pytest.mark.parametrize(
    ("change", "period"),
    [
        pytest.param(Change.ACCEPTANCE, "P2W", id="SLA-3.3-acceptance-two-weeks"),
        pytest.param(Change.PRODUCTION, "P1M", id="SLA-3.3-production-a-month"),
        pytest.param(Change.MAINTENANCE, "P1W", id="SLA-3.3-maintenance-a-week"),
    ],
)
def test_terms_promise_what_the_sla_says(change: Change, period: str) -> None:
    assert (str(SLA.notice(change)), SLA.clause(change)) == (period, "SLA 3.3")


@pytest.mark.parametrize("text", [pytest.param("P6W", id="stricter"), pytest.param("P10D", id="looser")])
@pytest.mark.parametrize("change", list(Change))
def test_agreement_goes_before_the_sla_for_its_own_change_only(change: Change, text: str) -> None:
    terms = SLA.under({change: text})

    assert {other: terms.notice(other) for other in Change} == {
        other: Period.parse(text) if other is change else SLA.notice(other) for other in Change
    }
    assert [other for other in Change if terms.clause(other) != "SLA 3.3"] == [change]
    assert terms.clause(change) == "the signed agreement (SLA 0)"


@pytest.mark.parametrize(
    "agreement",
    [
        pytest.param({}, id="no-agreement"),
        pytest.param({Change.PRODUCTION: None}, id="none"),
        pytest.param({Change.PRODUCTION: "", Change.MAINTENANCE: None}, id="empty-text"),
    ],
)
def test_agreement_that_is_silent_leaves_the_sla(agreement: dict[Change, str | None]) -> None:
    assert SLA.under(agreement) == SLA


def test_agreement_that_repeats_the_sla_is_cited_as_the_agreement() -> None:
    assert SLA.under({Change.PRODUCTION: "P1M"}).clause(Change.PRODUCTION) == "the signed agreement (SLA 0)"


def test_agreement_over_an_agreement_keeps_what_the_first_one_changed() -> None:
    terms = SLA.under({Change.PRODUCTION: "P6W"}).under({Change.ACCEPTANCE: "P3W"})

    assert [(str(terms.notice(change)), terms.clause(change)) for change in Change] == [
        ("P3W", "the signed agreement (SLA 0)"),
        ("P6W", "the signed agreement (SLA 0)"),
        ("P1W", "SLA 3.3"),
    ]


@pytest.mark.parametrize("nonsense", ["soon", "P", "P0D", "PT48H", "-P1M", "30", "P5Y"])
def test_agreement_refuses_nonsense(nonsense: str) -> None:
    with pytest.raises(ValueError, match=r"is not a period|of nothing|longer than two years"):
        SLA.under({Change.PRODUCTION: nonsense})
