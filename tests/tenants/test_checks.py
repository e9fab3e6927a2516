"""What people type: put into one form, or refused at its field with what to do instead."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from storage import Refused
from tenants import checks
from tests.world import AMSTERDAM

Check = Callable[[str, str], object]

pytestmark = pytest.mark.usefixtures("app")


def a_line(field: str, text: str) -> str:
    return checks.line(field, text, most=20)


def a_moment(field: str, text: str) -> datetime:
    return checks.local_moment(field, text, AMSTERDAM)


@pytest.mark.parametrize(
    ("check", "typed", "kept"),
    [
        pytest.param(a_line, "  Zorg\r\nBcc: x\x00 ", "Zorg Bcc: x", id="line-breaks"),
        pytest.param(a_line, "e\u0301e\u0301n", "één", id="composed"),
        pytest.param(a_line, "\u202egnorw", "gnorw", id="reading-direction"),
        pytest.param(a_line, "👩\u200d⚕️ huis", "👩\u200d⚕️ huis", id="joined-emoji"),
        pytest.param(a_line, "a\ue000name\ue001b", "a name b", id="private-signs"),
        pytest.param(a_line, "a\ud800b", "a b", id="half-a-pair"),
        pytest.param(checks.slug, " zorggroep-de-brug ", "zorggroep-de-brug", id="slug"),
        pytest.param(checks.email, " A.B@Example.COM ", "a.b@example.com", id="email"),
        pytest.param(checks.phone, "085-0185725", "+31 85 018 5725", id="dutch-phone"),
        pytest.param(checks.phone, "+32 2 555 12 12", "+32 2 555 12 12", id="belgian-phone"),
        pytest.param(checks.phone, "  ", "", id="no-phone"),
        pytest.param(checks.language, " NL ", "nl", id="language"),
        pytest.param(checks.timezone, "America/Paramaribo", "America/Paramaribo", id="zone"),
        pytest.param(checks.period, "p14d", "P2W", id="shortest-period"),
        pytest.param(checks.period, "P1Y", "P12M", id="year"),
        pytest.param(checks.period, " ", None, id="no-period"),
        pytest.param(checks.networks, "192.0.2.7/24; 2001:DB8::1", "192.0.2.0/24\n2001:db8::1/128", id="networks"),
        pytest.param(checks.networks, "", "", id="no-networks"),
        pytest.param(checks.reason, " \u200b\u200d ", "", id="reason-of-unseen-signs"),
        pytest.param(checks.markdown, "# A\r\nb\rc\x00\ue000\n\n", "# A\nb\nc", id="markdown"),
        pytest.param(checks.markdown, "é" * 524_288, "é" * 524_288, id="markdown-of-a-megabyte"),
        pytest.param(a_moment, "2027-03-15T06:00", datetime(2027, 3, 15, 5, tzinfo=UTC), id="winter"),
        pytest.param(a_moment, "2027-07-15 06:00", datetime(2027, 7, 15, 4, tzinfo=UTC), id="summer"),
        pytest.param(a_moment, "2027-07-15T06:00+02:00", datetime(2027, 7, 15, 4, tzinfo=UTC), id="with-offset"),
        pytest.param(a_moment, "2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC), id="first-of-two"),
    ],
)
def test_checks_return_the_value_in_one_form(check: Check, typed: str, kept: object) -> None:
    assert check("field", typed) == kept


@pytest.mark.parametrize(
    ("check", "typed"),
    [
        pytest.param(a_line, "", id="empty-line"),
        pytest.param(a_line, " \u200b\x00\n", id="line-of-unseen-signs"),
        pytest.param(a_line, "\u200d\u200c", id="line-of-joiners"),
        pytest.param(a_line, "a" * 21, id="line-too-long"),
        pytest.param(checks.slug, "Zorggroep", id="slug-capital"),
        pytest.param(checks.slug, "a--b", id="slug-two-hyphens"),
        pytest.param(checks.slug, "../etc", id="slug-path"),
        pytest.param(checks.slug, "a" * 81, id="slug-too-long"),
        pytest.param(checks.email, "noor.brug.example", id="email-without-at"),
        pytest.param(checks.email, "noor@", id="email-without-domain"),
        pytest.param(checks.email, "Noor <noor@brug.example>", id="email-with-name"),
        pytest.param(checks.email, "a@brug.example, b@brug.example", id="two-emails"),
        pytest.param(checks.email, f"{'a' * 250}@brug.example", id="email-too-long"),
        pytest.param(checks.phone, "call me", id="phone-words"),
        pytest.param(checks.phone, "12", id="phone-too-short"),
        pytest.param(checks.phone, "+31 85 018 5725 ext. 12345678901234567890", id="phone-too-long-to-keep"),
        pytest.param(checks.language, "de", id="language"),
        pytest.param(checks.timezone, "Europe/Atlantis", id="zone"),
        pytest.param(checks.timezone, "../../etc/passwd", id="zone-path"),
        pytest.param(checks.period, "two weeks", id="period-words"),
        pytest.param(checks.period, "PT24H", id="period-of-hours"),
        pytest.param(checks.period, "P0D", id="period-of-nothing"),
        pytest.param(checks.period, "P3Y", id="period-too-long"),
        pytest.param(checks.period, "-P1M", id="period-negative"),
        pytest.param(checks.networks, "192.0.2.0/33", id="network"),
        pytest.param(checks.networks, "192.0.2.1 example.com", id="network-name"),
        pytest.param(checks.markdown, "é" * 524_289, id="markdown-over-a-megabyte"),
        pytest.param(checks.reason, "a" * 1001, id="reason-too-long"),
        pytest.param(a_moment, "", id="no-moment"),
        pytest.param(a_moment, "tomorrow", id="moment-words"),
        pytest.param(a_moment, "2027-02-29T06:00", id="29-february"),
        pytest.param(a_moment, "2027-03-15", id="no-time"),
        pytest.param(a_moment, "2027-W11-1T06:00", id="week-date"),
        pytest.param(a_moment, "2027-03-15T25:00", id="hour-25"),
        pytest.param(a_moment, "1999-12-31T23:00", id="long-ago"),
        pytest.param(a_moment, "2027-03-28T02:30", id="missing-hour"),
    ],
)
def test_checks_refuse_nonsense_at_its_field(check: Check, typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        check("field", typed)

    assert refusal.value.field == "field"


@pytest.mark.parametrize(
    ("nl", "en", "wrong"),
    [
        ("Titel", "Title", []),
        ("", " ", []),
        ("Titel", "", ["title_en"]),
        ("T" * 21, "", ["title_nl", "title_en"]),
        ("T" * 21, "Title", ["title_nl"]),
        ("", "T" * 21, ["title_en", "title_nl"]),
    ],
)
def test_text_in_two_languages_is_told_all_that_is_wrong_with_it(nl: str, en: str, wrong: list[str]) -> None:
    def told() -> list[str]:
        try:
            checks.both("title", checks.line, nl, en, most=20, required=False)
        except Refused as refused:
            return [one.field for one in refused.all]
        return []

    assert told() == wrong
