from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.breaches import Breach, Rule
from sla.periods import Period
from sla.releases import budget_breach, earliest_dates, free_slot, release_breaches, release_year
from sla.terms import Change, Terms

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NEW_YORK = ZoneInfo("America/New_York")
KOLKATA = ZoneInfo("Asia/Kolkata")
SLA = Terms()
TWO_WEEKS = Period(days=14)
at = datetime.fromisoformat
NOW = at("2026-05-12T10:00+02:00")


@pytest.mark.parametrize(
    ("production", "zone", "year"),
    [
        pytest.param("2026-12-31T22:59:59Z", AMSTERDAM, 2026, id="last-second-of-the-year"),
        pytest.param("2026-12-31T23:00Z", AMSTERDAM, 2027, id="first-second-while-utc-is-behind"),
        pytest.param("2027-01-01T04:59:59Z", NEW_YORK, 2026, id="last-second-while-utc-is-ahead"),
        pytest.param("2027-01-01T05:00Z", NEW_YORK, 2027, id="first-second-new-york"),
        pytest.param("2026-12-31T18:30Z", KOLKATA, 2027, id="first-second-kolkata"),
    ],
)
def test_release_year_is_that_of_the_local_calendar(production: str, zone: ZoneInfo, year: int) -> None:
    assert release_year(at(production), zone) == year


@pytest.mark.parametrize(
    ("taken", "slot"),
    [
        pytest.param([], 1, id="SLA-3.3-first"),
        pytest.param([1, 2, 3], 4, id="SLA-3.3-fourth"),
        pytest.param([4, 2, 1, 3], None, id="SLA-3.3-no-fifth"),
        pytest.param([1, 3, 4], 2, id="a-cancelled-one-leaves-room"),
        pytest.param([2, 3, 4], 1, id="the-first-was-cancelled"),
    ],
)
def test_free_slot_is_the_lowest_of_four(taken: list[int], slot: int | None) -> None:
    assert free_slot(taken) == slot


@pytest.mark.parametrize("earliest", [at("2027-01-01T00:00+01:00"), None])
def test_budget_breach_says_what_was_one_too_many_and_cannot_be_waived(earliest: datetime | None) -> None:
    breach = budget_breach(2026, earliest)

    assert breach == Breach(Rule.RELEASE_BUDGET, "SLA 3.3", "5 in 2026", "4 a year", earliest)
    assert not breach.waivable


def found(breaches: list[Breach]) -> list[tuple[Rule, str, str, datetime | None]]:
    return [(breach.rule, breach.clause, breach.required, breach.earliest) for breach in breaches]


@pytest.mark.parametrize(
    ("acceptance", "production", "expected"),
    [
        pytest.param("2026-05-26T10:00+02:00", "2026-06-12T10:00+02:00", [], id="all-at-the-very-last-moment"),
        pytest.param(
            "2026-05-26T09:59:59+02:00",
            "2026-06-12T10:00+02:00",
            [(Rule.ACCEPTANCE_NOTICE, "SLA 3.3", "P2W", "2026-05-26T10:00+02:00")],
            id="SLA-3.3-acceptance-a-second-short",
        ),
        pytest.param(
            "2026-05-27T02:00+02:00",
            "2026-06-12T09:59:59+02:00",
            [(Rule.PRODUCTION_NOTICE, "SLA 3.3", "P1M", "2026-06-12T10:00+02:00")],
            id="SLA-3.3-production-a-second-short",
        ),
        pytest.param(
            "2026-06-15T02:00+02:00",
            "2026-06-15T02:00+02:00",
            [(Rule.ACCEPTANCE_FIRST, "SLA 3.3", "2026-06-15T02:00:00+02:00", "2026-06-29T02:00+02:00")],
            id="SLA-3.3-both-at-once",
        ),
        pytest.param(
            "2026-06-15T02:00+02:00",
            "2026-06-15T02:00:01+02:00",
            [(Rule.TEST_PERIOD, "", "P2W", "2026-06-29T02:00+02:00")],
            id="a-second-to-test",
        ),
        pytest.param(
            "2026-06-15T02:00+02:00",
            "2026-06-29T01:59:59+02:00",
            [(Rule.TEST_PERIOD, "", "P2W", "2026-06-29T02:00+02:00")],
            id="test-period-a-second-short",
        ),
        pytest.param("2026-06-15T02:00+02:00", "2026-06-29T02:00+02:00", [], id="test-period-to-the-second"),
        pytest.param("2026-10-20T02:00+02:00", "2026-11-03T02:00+01:00", [], id="test-period-over-october"),
        pytest.param(
            "2026-10-20T02:00+02:00",
            "2026-11-03T01:59:59+01:00",
            [(Rule.TEST_PERIOD, "", "P2W", "2026-11-03T02:00+01:00")],
            id="test-period-over-october-a-second-short",
        ),
        pytest.param(
            "2026-06-15T02:00+02:00",
            "2026-06-01T02:00+02:00",
            [
                (Rule.PRODUCTION_NOTICE, "SLA 3.3", "P1M", "2026-06-29T02:00+02:00"),
                (Rule.ACCEPTANCE_FIRST, "SLA 3.3", "2026-06-15T02:00:00+02:00", "2026-06-29T02:00+02:00"),
            ],
            id="one-offer-mends-notice-and-order",
        ),
        pytest.param(
            "2026-05-13T02:00+02:00",
            "2026-05-14T02:00+02:00",
            [
                (Rule.ACCEPTANCE_NOTICE, "SLA 3.3", "P2W", "2026-05-26T10:00+02:00"),
                (Rule.PRODUCTION_NOTICE, "SLA 3.3", "P1M", "2026-06-12T10:00+02:00"),
                (Rule.TEST_PERIOD, "", "P2W", "2026-06-12T10:00+02:00"),
            ],
            id="everything-broken",
        ),
    ],
)
def test_release_breaches_name_what_two_dates_break(
    acceptance: str, production: str, expected: list[tuple[Rule, str, str, str]]
) -> None:
    breaches = release_breaches(at(acceptance), at(production), NOW, [SLA], [SLA], TWO_WEEKS, AMSTERDAM)

    assert found(breaches) == [(rule, clause, required, at(offer)) for rule, clause, required, offer in expected]


def test_release_breaches_offer_a_production_date_after_the_acceptance_date_they_offer() -> None:
    breaches = release_breaches(NOW, NOW + timedelta(hours=1), NOW, [SLA], [SLA], Period(months=1), AMSTERDAM)

    assert {breach.rule: breach.earliest for breach in breaches} == {
        Rule.ACCEPTANCE_NOTICE: at("2026-05-26T10:00+02:00"),
        Rule.PRODUCTION_NOTICE: at("2026-06-26T10:00+02:00"),
        Rule.TEST_PERIOD: at("2026-06-26T10:00+02:00"),
    }


def test_release_breaches_offer_no_production_date_before_the_one_asked() -> None:
    """28 March noon would keep every promise, but it is 29 March that was asked for."""
    told, acceptance = at("2026-02-28T12:00+01:00"), at("2026-03-14T12:00+01:00")

    breaches = release_breaches(acceptance, at("2026-03-29T10:00+02:00"), told, [SLA], [SLA], Period(days=7), AMSTERDAM)

    assert found(breaches) == [(Rule.PRODUCTION_NOTICE, "SLA 3.3", "P1M", at("2026-03-29T12:00+02:00"))]


def test_release_breaches_suit_the_strictest_agreement_and_cite_it() -> None:
    stricter = SLA.under({Change.PRODUCTION: "P6W"})
    planned = (at("2026-06-01T02:00+02:00"), at("2026-06-20T02:00+02:00"))

    breaches = release_breaches(*planned, NOW, [SLA], [SLA, stricter], TWO_WEEKS, AMSTERDAM)

    assert found(breaches) == [
        (Rule.PRODUCTION_NOTICE, "the signed agreement (SLA 0)", "P6W", at("2026-06-23T10:00+02:00"))
    ]


@pytest.mark.parametrize(
    ("acceptance_terms", "production_terms", "rules"),
    [
        pytest.param([], [], [Rule.TEST_PERIOD], id="both-keep-their-notice"),
        pytest.param([SLA], [], [Rule.ACCEPTANCE_NOTICE, Rule.TEST_PERIOD], id="acceptance-moves"),
        pytest.param([], [SLA], [Rule.PRODUCTION_NOTICE, Rule.TEST_PERIOD], id="production-moves"),
    ],
)
def test_release_breaches_ask_notice_only_for_the_terms_given_but_the_order_always(
    acceptance_terms: list[Terms], production_terms: list[Terms], rules: list[Rule]
) -> None:
    planned = (NOW + timedelta(days=1), NOW + timedelta(days=2))

    breaches = release_breaches(*planned, NOW, acceptance_terms, production_terms, TWO_WEEKS, AMSTERDAM)

    assert [breach.rule for breach in breaches] == rules


def test_release_breaches_offer_a_kept_notice_no_second_period() -> None:
    """Acceptance is postponed; production follows to leave time to test, not for a month that was given before."""
    planned = (at("2026-05-15T02:00+02:00"), at("2026-05-20T02:00+02:00"))

    breaches = release_breaches(*planned, NOW, [], [], TWO_WEEKS, AMSTERDAM)

    assert found(breaches) == [(Rule.TEST_PERIOD, "", "P2W", at("2026-05-29T02:00+02:00"))]


def test_production_cannot_be_waived_to_come_before_acceptance() -> None:
    breaches = release_breaches(NOW, NOW, NOW, [SLA], [SLA], TWO_WEEKS, AMSTERDAM)

    assert {breach.rule: breach.waivable for breach in breaches} == {
        Rule.ACCEPTANCE_NOTICE: True,
        Rule.PRODUCTION_NOTICE: True,
        Rule.ACCEPTANCE_FIRST: False,
    }


@pytest.mark.parametrize(
    ("asked", "earliest"),
    [
        pytest.param(
            ("2026-05-26T10:00+02:00", "2026-06-12T10:00+02:00"),
            ("2026-05-26T10:00+02:00", "2026-06-12T10:00+02:00"),
            id="asked-will-do",
        ),
        pytest.param(
            ("2026-05-12T06:00+02:00", "2026-05-12T20:00+02:00"),
            ("2026-05-27T06:00+02:00", "2026-06-12T20:00+02:00"),
            id="notice-decides",
        ),
        pytest.param(
            ("2026-06-15T06:00+02:00", "2026-06-15T05:00+02:00"),
            ("2026-06-15T06:00+02:00", "2026-06-30T05:00+02:00"),
            id="testing-decides",
        ),
        pytest.param(
            ("2026-12-20T23:30+01:00", "2026-12-21T23:30+01:00"),
            ("2026-12-20T23:30+01:00", "2027-01-03T23:30+01:00"),
            id="into-next-year",
        ),
        pytest.param(
            ("2026-10-18T06:00+02:00", "2026-10-19T06:00+02:00"),
            ("2026-10-18T06:00+02:00", "2026-11-01T06:00+01:00"),
            id="clock-time-stays-over-october",
        ),
    ],
)
def test_earliest_dates_keep_the_clock_times_asked_for(asked: tuple[str, str], earliest: tuple[str, str]) -> None:
    dates = earliest_dates(at(asked[0]), at(asked[1]), NOW, [SLA], [SLA], TWO_WEEKS, AMSTERDAM)

    assert dates == (at(earliest[0]), at(earliest[1]))
