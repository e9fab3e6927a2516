"""Dates, offsets and periods in words, in both languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale

from tenants.wording import day_in_words, from_now, moment_for_tenant, moment_in_words, offset_in_words, period_in_words
from tests.world import NOW

WINTER = datetime(2026, 12, 7, 5, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        (WINTER, "Europe/Amsterdam", "Mon 7 December 2026, 06:00, Amsterdam time (UTC+1)"),
        (datetime(2027, 7, 5, 4, tzinfo=UTC), "Europe/Amsterdam", "Mon 5 July 2027, 06:00, Amsterdam time (UTC+2)"),
        (WINTER, "America/St_Johns", "Mon 7 December 2026, 01:30, St. John’s time (UTC-3:30)"),
        (WINTER, "Asia/Kolkata", "Mon 7 December 2026, 10:30, Kolkata time (UTC+5:30)"),
        (WINTER, "Europe/London", "Mon 7 December 2026, 05:00, London time (UTC)"),
        (WINTER, "UTC", "Mon 7 December 2026, 05:00, UTC"),
        # The two half past twos of one night.
        (
            datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
            "Europe/Amsterdam",
            "Sun 31 October 2027, 02:30, Amsterdam time (UTC+2)",
        ),
        (
            datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
            "Europe/Amsterdam",
            "Sun 31 October 2027, 02:30, Amsterdam time (UTC+1)",
        ),
    ],
)
def test_moment_in_words_spells_out_zone_and_offset(moment: datetime, zone: str, words: str) -> None:
    assert moment_in_words(moment, zone, "en") == words


@pytest.mark.parametrize(
    ("zone", "city"),
    [
        ("America/Curacao", "Curaçao"),
        ("Europe/London", "Londen"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("Etc/GMT+3", "GMT+3"),
    ],
)
def test_city_of_a_zone_is_written_as_people_do(zone: str, city: str) -> None:
    assert moment_in_words(WINTER, zone, "nl").split("tijd in ")[1].split(" (UTC")[0] == city


@pytest.mark.parametrize(("language", "words"), [("en", "Mon 7 December 2026"), ("nl", "ma 7 december 2026")])
def test_day_in_words_is_in_the_readers_language(language: str, words: str) -> None:
    assert day_in_words(WINTER, "Europe/Amsterdam", language) == words


@pytest.mark.parametrize(
    ("zone", "beside"),
    [
        ("", ""),
        ("Europe/Amsterdam", ""),
        ("Europe/Brussels", ""),
        ("America/Paramaribo", " = Mon 7 December 2026, 02:00, Paramaribo time (UTC-3)"),
    ],
)
def test_moment_for_tenant_has_its_own_clock_where_that_differs(zone: str, beside: str) -> None:
    here = "Mon 7 December 2026, 06:00, Amsterdam time (UTC+1)"

    assert moment_for_tenant(WINTER, "Europe/Amsterdam", zone, "en") == here + beside


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P1M", "1 month"),
        ("P2W", "2 weeks"),
        ("P10D", "10 days"),
        ("P1D", "1 day"),
        ("P1Y", "12 months"),
        ("P1M14D", "1 month and 2 weeks"),
        ("P1M10D", "1 month and 10 days"),
    ],
)
def test_period_in_words(app: Flask, text: str, words: str) -> None:
    with force_locale("en"):
        assert period_in_words(text) == words


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(), "in 1 minute"),
        (timedelta(minutes=59), "in 59 minutes"),
        (timedelta(hours=47, minutes=59), "in 47 hours"),
        (timedelta(hours=48), "in 2 days"),
        # From Monday morning to Thursday before dawn: three days, as people count them.
        (timedelta(hours=68), "in 3 days"),
        (timedelta(hours=-2), "2 hours ago"),
        (timedelta(days=-14), "14 days ago"),
    ],
)
def test_from_now_stands_beside_the_date(away: timedelta, words: str) -> None:
    with force_locale("en"):
        assert from_now(NOW + away, NOW, "Europe/Amsterdam") == words


def test_offset_in_words_is_that_of_the_day() -> None:
    zone = ZoneInfo("Europe/Amsterdam")

    assert [offset_in_words(datetime(2027, month, 1, tzinfo=UTC), zone) for month in (1, 7)] == ["UTC+1", "UTC+2"]
