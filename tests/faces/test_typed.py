"""What people type of dates and lengths of time, in either language, as services read it."""

import pytest
from flask import Flask
from flask_babel import force_locale

from entrypoints.typed_dates import iso_day, iso_moment
from entrypoints.typed_periods import iso_period
from tenants.wording import day_and_time, period_in_words
from tests.world import local


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        pytest.param("2027-03-15T06:00", "2027-03-15T06:00", id="picked"),
        pytest.param("15-3-2027 6:00", "2027-03-15T06:00", id="numbers"),
        pytest.param("15.03.2027, 6.00 uur", "2027-03-15T06:00", id="points"),
        pytest.param("2027-03-15 06:00", "2027-03-15T06:00", id="year-first"),
        pytest.param("15 maart 2027 06:00", "2027-03-15T06:00", id="dutch"),
        pytest.param(" 15  MRT 2027 om 6:00 ", "2027-03-15T06:00", id="dutch-short"),
        pytest.param("15 March 2027, 06:00", "2027-03-15T06:00", id="english"),
        pytest.param("15 Sept. 2027 at 16:30", "2027-09-15T16:30", id="english-short"),
        pytest.param("31-02-2027 06:00", "31-02-2027 06:00", id="no-such-day"),
        pytest.param("15/3/2027 6:00", "15/3/2027 6:00", id="slashes"),
        pytest.param("15 maart 2027", "15 maart 2027", id="no-time"),
        pytest.param("15 lente 2027 06:00", "15 lente 2027 06:00", id="no-month"),
        pytest.param("15-3-27 6:00", "15-3-27 6:00", id="short-year"),
        pytest.param("15-3-2027 6:00\0", "15-3-2027 6:00\0", id="nul"),
        pytest.param("15-3-2027 6:00" + " " * 60 + "x", "15-3-2027 6:00" + " " * 60 + "x", id="more-behind"),
        pytest.param(", " * 100_000 + "6:00", ", " * 99_999 + ", 6:00", id="very-long"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_moment_is_read_as_people_write_it(typed: str, iso: str) -> None:
    assert iso_moment(typed) == iso


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("month", range(1, 13))
def test_a_moment_can_be_typed_as_pages_show_it(language: str, month: int) -> None:
    moment = f"2027-{month:02d}-09T06:05"
    assert iso_moment(day_and_time(local(moment), "Europe/Amsterdam", language)) == moment


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        pytest.param("15-3-2027", "2027-03-15", id="numbers"),
        pytest.param("15 maart 2027", "2027-03-15", id="dutch"),
        pytest.param("Mon 15 March 2027", "2027-03-15", id="english"),
        pytest.param("2027-3-15", "2027-03-15", id="year-first"),
        pytest.param("29-02-2028", "2028-02-29", id="leap"),
        pytest.param("29-02-2027", "29-02-2027", id="no-leap"),
        pytest.param("2027-W11-1", "2027-W11-1", id="week"),
    ],
)
def test_a_day_is_read_as_people_write_it(typed: str, iso: str) -> None:
    assert iso_day(typed) == iso


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        pytest.param("3 weken", "P3W", id="dutch"),
        pytest.param("3 weeks", "P3W", id="english"),
        pytest.param("2 Months", "P2M", id="capital"),
        pytest.param("10dagen", "P10D", id="no-space"),
        pytest.param("één maand", "P1M", id="dutch-word"),
        pytest.param("a week", "P1W", id="english-word"),
        pytest.param("1 jaar", "P1Y", id="year"),
        pytest.param("2 weken en 3 dagen", "P2W3D", id="two-parts"),
        pytest.param("10 days and 1 month", "P1M10D", id="any-order"),
        pytest.param("P3W", "P3W", id="iso"),
        pytest.param("p3w", "p3w", id="iso-small"),
        pytest.param("3", "3", id="no-unit"),
        pytest.param("drie uur", "drie uur", id="hours"),
        pytest.param("3 weeks 3 weeks", "3 weeks 3 weeks", id="no-and"),
        pytest.param("1 week and 1 week", "1 week and 1 week", id="twice"),
        pytest.param("-3 weeks", "-3 weeks", id="negative"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_period_is_read_as_people_write_it(typed: str, iso: str) -> None:
    assert iso_period(typed) == iso


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("period", ["P1D", "P2D", "P1W", "P3W", "P10D", "P1M", "P2M", "P1M1D", "P1M2W", "P18M10D"])
def test_a_period_can_be_typed_as_pages_show_it(app: Flask, language: str, period: str) -> None:
    with app.test_request_context(), force_locale(language):
        typed = iso_period(period_in_words(period))
        assert period_in_words(typed) == period_in_words(period)
