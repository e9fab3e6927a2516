"""What readers read: subject, text and HTML in both languages, with their own fields laid in."""

import re

import pytest

from announcements.services import announce_due
from schedules.models import Impact
from schedules.release_cancelling import cancel_release
from storage import db
from tests.planning import PRODUCTION_DEADLINE, TOLD, Mail, messages, planned_release, planned_window, queued_mails
from tests.world import MANAGER, World, local, make_tenant

PORTAL = "http://localhost/portal/zorggroep-de-brug"
PLACE = f"{PORTAL}/releases/2027.1"
HELP_DESK = "Help desk: servicedesk@inconto.example, +31 85 018 5725"


def words(html: str) -> str:
    """What of HTML is seen, in one line."""
    body = html[html.index("<body") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def release_mails(world: World) -> list[Mail]:
    planned_release(world.product)
    announce_due(local("2026-12-29T09:00"))
    return queued_mails(world.brug)


def test_letter_of_a_release_in_english(planned: World) -> None:
    mail = release_mails(planned)[1]

    assert mail.subject == "[Inconto] Acceptance to 2027.1 on Mon 18 January 2027, 06:00"
    hello, headline, _facts, todo, link, why, _help_desk = mail.text.strip().split("\n\n")
    assert hello == "Hello Contact 2,"
    assert headline == "Your acceptance environment gets version 2027.1 on Mon 18 January 2027, 06:00."
    assert mail.facts[:3] == [
        "2027.1: Faster search",
        "acceptance of Zorggroep De Brug",
        "Mon 18 January 2027, 06:00, Amsterdam time (UTC+1)",
    ]
    assert todo.startswith("Run your own tests in acceptance once it is updated.")
    assert link.splitlines() == ["See it on the portal:", PLACE]
    assert why.startswith("You get this because you are a contact of Zorggroep De Brug for Inconto.")
    assert why.count("SLA 3.3") == 1


def test_mail_names_the_help_desk(planned: World) -> None:
    mail = release_mails(planned)[1]

    assert mail.text.strip().splitlines()[-1] == HELP_DESK
    assert words(mail.html).endswith(HELP_DESK)


def test_mail_names_the_hours_of_the_help_desk_in_its_own_language(planned: World) -> None:
    planned.product.help_desk_hours_nl, planned.product.help_desk_hours_en = "op werkdagen", "on working days"
    db.session.commit()
    dutch, english = release_mails(planned)

    assert dutch.text.strip().splitlines()[-1] == f"{HELP_DESK.replace('Help desk', 'Helpdesk')}, op werkdagen"
    assert english.text.strip().splitlines()[-1] == f"{HELP_DESK}, on working days"
    assert words(english.html).endswith(f"{HELP_DESK}, on working days")


def test_letter_says_the_same_in_html(planned: World) -> None:
    mail = release_mails(planned)[1]

    lines = [line for line in mail.text.splitlines() if line and line != PLACE]
    facts = ("Version: ", "Environment: ", "Start: ", "Expected to be done: ")
    said = [line.replace(": ", " ", 1) if line.startswith(facts) else line.removesuffix(":") for line in lines]
    assert [line for line in said if line not in words(mail.html)] == []
    assert mail.html.count(f'href="{PLACE}"') == 1
    assert mail.html.count('<html lang="en">') == 1


def test_letter_of_a_release_in_dutch(planned: World) -> None:
    mail = release_mails(planned)[0]

    assert mail.subject == "[Inconto] Acceptatie naar 2027.1 op ma 18 januari 2027, 06:00"
    assert mail.text.splitlines()[4:8] == [
        "Versie: 2027.1: Sneller zoeken",
        "Omgeving: acceptatie van Zorggroep De Brug",
        "Begin: ma 18 januari 2027, 06:00, tijd in Amsterdam (UTC+1)",
        "Naar verwachting klaar: ma 18 januari 2027, 07:00, tijd in Amsterdam (UTC+1)",
    ]
    assert mail.html.count('<html lang="nl">') == 1


@pytest.mark.parametrize("language", [0, 1], ids=["nl", "en"])
def test_letters_leave_no_place_open(planned: World, language: int) -> None:
    planned_release(planned.product)
    planned_window(planned.product)
    announce_due(local("2026-12-02T09:00"))
    announce_due(TOLD)

    for mail in queued_mails(planned.brug)[language::2]:
        shown = mail.subject + mail.text + mail.html
        assert re.findall(r"[\ue000-\uf8ff]|%\(|\{\{|None", shown) == []


def test_letter_has_the_tenants_own_time_beside_ours(planned: World) -> None:
    make_tenant(planned.product, "paramaribo", contacts=2, timezone="America/Paramaribo")
    make_tenant(planned.product, "brussels", contacts=2, timezone="Europe/Brussels")
    planned_release(planned.product, acceptance="2027-07-05T01:00", production="2027-08-09T01:00")
    announce_due(local("2027-06-20T09:00"))

    when = [mail.facts[2] for mail in queued_mails()[4::2]]
    here = "Mon 5 July 2027, 01:00, Amsterdam time (UTC+2)"
    assert when == [f"{here} = Sun 4 July 2027, 20:00, Paramaribo time (UTC-3)", here]


def test_letter_of_maintenance_over_the_end_of_summer_time_spells_out_both_offsets(planned: World) -> None:
    planned_window(planned.product, "2027-10-30T22:00", "2027-10-31T04:00", impact=Impact.DEGRADED)
    announce_due(local("2027-10-20T09:00"))

    mail = queued_mails(planned.brug)[1]
    assert mail.subject == "[Inconto] Maintenance on Sat 30 October 2027, 22:00"
    assert mail.facts == [
        "New database server",
        "production of Zorggroep De Brug",
        "Sat 30 October 2027, 22:00, Amsterdam time (UTC+2)",
        "Sun 31 October 2027, 04:00, Amsterdam time (UTC+1)",
        "slower than usual",
        "M-1",
    ]


def test_letter_shows_what_was_typed_as_text(planned: World) -> None:
    make_tenant(planned.product, "sharp", contacts=2, name="<b>Sharp</b> & {{ 7*7 }} %(x)s")
    planned_release(planned.product)
    announce_due(local("2026-12-29T09:00"))

    mail = queued_mails()[-1]
    assert mail.facts[1] == "acceptance of <b>Sharp</b> & {{ 7*7 }} %(x)s"
    assert mail.html.count("acceptance of &lt;b&gt;Sharp&lt;/b&gt; &amp; {{ 7*7 }} %(x)s") == 1


def test_letter_takes_the_title_of_the_other_language_where_one_is_missing(planned: World) -> None:
    release = planned_release(planned.product)
    # As another administration may have had it.
    release.title_en = ""
    db.session.commit()
    announce_due(local("2026-12-29T09:00"))

    assert queued_mails(planned.brug)[1].facts[0] == "2027.1: Sneller zoeken"


def test_letters_of_one_change_share_a_thread(planned: World) -> None:
    release = planned_release(planned.product)
    announce_due(local("2026-12-29T09:00"))
    announce_due(TOLD)

    assert {message.letter.thread for message in messages()} == {f"release-{release.id}"}
    assert len({message.message_id for message in messages()}) == 6


@pytest.mark.parametrize(
    ("window", "label"),
    [
        pytest.param("", "See it on the portal, or ask for another date", id="asking"),
        pytest.param("P4W", "See it on the portal, or choose another date", id="choosing"),
    ],
)
def test_letter_of_production_leads_to_where_its_date_is_changed(planned: World, window: str, label: str) -> None:
    planned.product.choice_window = window
    db.session.commit()
    release = planned_release(planned.product)
    announce_due(PRODUCTION_DEADLINE)
    mail = next(one for one in reversed(queued_mails(planned.brug)) if "Production" in one.subject)
    assert mail.text.split("\n\n")[-3].splitlines() == [f"{label}:", f"{PLACE}/date"]
    assert f'href="{PLACE}/date"' in mail.html

    cancel_release(release, MANAGER, PRODUCTION_DEADLINE)
    announce_due(PRODUCTION_DEADLINE)
    off = next(one for one in reversed(queued_mails(planned.brug)) if "Off: production" in one.subject)
    assert off.text.split("\n\n")[-3].splitlines() == ["See it on the portal:", PORTAL]
