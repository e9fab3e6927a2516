"""A page shows whom it would reach and the very mails, and sends nothing."""

import re
import sqlite3
from pathlib import Path

from flask import Flask

from announcements.services import announce_due
from outbox.models import MessageState, OutboxMessage
from schedules.models import MaintenanceWindow, Release
from schedules.upkeep import keep_up_all
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Product
from tests.approving import asks_for_approval
from tests.faces.approvals.conftest import facts, of
from tests.faces.pages import Reader, everything, words
from tests.planning import counted_queries, messages, planned_release, planned_window, queued_mails
from tests.world import MANAGER, NOW, World, both_databases, local, make_tenant


def test_dry_run_says_whom_it_reaches_and_what_comes_of_it(release: Release, manager: Reader) -> None:
    page = manager.get(of(release))

    assert page.status == 200
    assert facts(page.html) == {
        "Goes to": "3 contacts of 2 tenants 2 in Dutch, 1 in English",
        "Must be given by": "Fri 8 January 2027, 06:00, Amsterdam time (UTC+1) in 46 days",
        "Leaves": "Not before a second person has approved it. It was planned to leave on Fri 1 January 2027, 06:00; "
        "once approved, it leaves at once.",
        "Changed last by": "planner@vendor.example",
        "Slots of 2027": "1 of 4 releases used (SLA 3.3). This one is among them.",
        "Support": "Nobody loses full support by it (SLA 4.2).",
    }
    rows = re.findall(r"<tr>(.*?)</tr>", page.html.partition('id="recipients"')[2], re.DOTALL)[1:]
    assert [words(row) for row in rows] == [
        f"{tenant} {name} {address} {language} Fri 8 January 2027, 06:00 See this mail : {name}, {tenant}"
        for tenant, name, address, language in (
            ("Ziekenhuis Peelrand", "Contact 1", "contact1@ziekenhuis-peelrand.example", "Dutch"),
            ("Zorggroep De Brug", "Contact 1", "contact1@zorggroep-de-brug.example", "Dutch"),
            ("Zorggroep De Brug", "Contact 2", "contact2@zorggroep-de-brug.example", "English"),
        )
    ]


@both_databases
def test_dry_run_shows_the_very_mails_that_are_sent_then(release: Release, manager: Reader) -> None:
    page = manager.get(of(release))
    html = {one: manager.get(f"{of(release)}/html?language={one}") for one in ("nl", "en")}
    manager.post(f"{of(release)}/approve", {"seen": page.value("seen")})
    announce_due(NOW)

    dutch, english = [mail for mail in queued_mails() if "zorggroep" in mail.address]
    for language, mail in (("nl", dutch), ("en", english)):
        shown = re.findall(rf'<pre class="letter" lang="{language}">(.*?)</pre>', page.html, re.DOTALL)
        assert [words(one) for one in shown] == [" ".join(mail.text.split())]
        assert f"<strong>{mail.subject}</strong>" in page.html
        assert html[language].html == mail.html


def test_html_of_a_mail_may_do_nothing(release: Release, manager: Reader) -> None:
    page = manager.get(f"{of(release)}/html?language=nl")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert manager.get(f"{of(release)}/html?language=fr").status == 404


def test_mail_of_a_certain_reader_can_be_looked_at(planned: World, release: Release, manager: Reader) -> None:
    reader = planned.peelrand.contacts[0]
    page = manager.get(f"{of(release)}?reader={reader.id}")
    assert page.main.count("To Contact 1, Ziekenhuis Peelrand contact1@ziekenhuis-peelrand.example") == 2
    assert "This reader gets it in the other language" in page.main
    # Somebody who gets none: the first readers stand in.
    assert manager.get(f"{of(release)}?reader=999").main == manager.get(of(release)).main
    assert manager.get(f"{of(release)}/html?language=nl&reader=999").status == 200


@both_databases
def test_dry_run_writes_nothing(release: Release, manager: Reader) -> None:
    window = planned_window(db.session.get_one(Product, release.product_id))
    before = everything()
    for path in (of(release), f"{of(release)}/html", f"/planner/maintenance/{window.id}/mails/planned"):
        assert manager.get(path).status == 200
    assert everything() == before


def test_dry_run_waits_for_nobody_who_writes(app: Flask, release: Release, manager: Reader) -> None:
    path = of(release)
    database = Path(str(db.engine.url.database))
    db.session.rollback()
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert manager.get(path).status == 200
        assert manager.get(f"{path}/html").status == 200
    finally:
        writer.rollback()
        writer.close()


def test_tenants_out_of_reach_are_named(planned: World, release: Release, manager: Reader) -> None:
    for slug, contacts in (("empty", 0), ("dead", 2), ("half", 2), ("mended", 1)):
        make_tenant(planned.product, slug, contacts)
    window = planned_window(planned.product)
    keep_up_all(NOW)
    asks_for_approval(planned.product, asks=False)
    announce_due(local("2026-12-09T09:00"))
    for message in messages():
        slug = message.address.partition("@")[2].removesuffix(".example")
        if slug in {"dead", "mended"} or message.address == "contact1@half.example":
            message.state = MessageState.SENT if message.address == "contact2@dead.example" else MessageState.FAILED
            message.bounced_at = NOW if message.state is MessageState.SENT else None
    mended = next(one for one in messages() if one.address == "contact1@mended.example")
    db.session.add(
        OutboxMessage(
            letter_id=mended.letter_id,
            tenant_id=mended.tenant_id,
            contact_id=mended.contact_id,
            address=mended.address,
            message_id="<later@localhost>",
            state=MessageState.SENT,
            created_at=NOW,
            next_attempt_at=NOW,
        )
    )
    db.session.commit()
    assert {message.address.partition("@")[2] for message in messages()} >= {"dead.example", "mended.example"}
    assert window.id

    page = manager.get(of(release))

    note = re.search(r'<div class="note warning">(.*?)</div>', page.html, re.DOTALL)
    assert note is not None
    assert words(note[1]) == (
        "1 tenant has no contact, and hears nothing: Empty Of 1 tenant the last mail to every contact came back: Dead"
    )


def test_strictest_agreement_is_named(planned: World, release: Release, manager: Reader) -> None:
    make_tenant(planned.product, "strict", production_notice="P6W")
    other = planned_release(planned.product, "2027.2", "2027-03-15T06:00", "2027-04-12T06:00")
    assert facts(manager.get(of(other)).html)["Must be given by"] == (
        "Mon 1 March 2027, 06:00, Amsterdam time (UTC+1) in 98 days That is the strictest agreement: Strict. "
        "The last one must know by Fri 12 March 2027, 06:00."
    )


def test_recipients_are_paged_and_found(planned: World, release: Release, manager: Reader) -> None:
    for number in range(40):
        make_tenant(planned.product, f"tenant-{number:02d}", contacts=3)
    # The clock makes their notices.
    keep_up_all(NOW)
    pages = [manager.get(of(release)), manager.get(f"{of(release)}?page=2"), manager.get(f"{of(release)}?page=3")]
    assert [page.html.count("See this mail") for page in pages] == [50, 50, 23]
    assert manager.get(f"{of(release)}?page=99").html.count("See this mail") == 23
    found = manager.get(f"{of(release)}?words=CONTACT2@tenant-07")
    assert re.findall(r"contact\d@tenant-\d\d", found.html.partition('id="recipients"')[2]) == ["contact2@tenant-07"]
    assert "Nobody by that name gets it." in manager.get(f"{of(release)}?words=%25").main


def test_nothing_open_says_so(planned: World, release: Release, manager: Reader) -> None:
    assert "Nothing of this waits to be sent." in manager.get(of(release, says="moved")).main
    assert manager.get("/planner/releases/999/mails/production/planned").status == 404
    assert manager.get("/planner/maintenance/999/mails/planned").status == 404
    assert manager.get(f"{of(release)}/nothing").status == 404


def test_product_that_asks_nobody_shows_what_will_be_sent(planned: World, manager: Reader) -> None:
    window: MaintenanceWindow = planned_window(planned.product)
    path = f"/planner/maintenance/{window.id}/mails/planned"
    assert f'href="{path}"' in manager.get(f"/planner/maintenance/{window.id}").html
    page = manager.get(path)
    assert facts(page.html)["Leaves"] == "By itself on Tue 1 December 2026, 22:00."
    assert "Approv" not in page.main
    assert manager.post(f"{path}/approve", {"seen": "x"}).alerts == [
        "This product asks for nobody's approval: its notices leave by themselves."
    ]


def test_contact_who_joined_is_in_the_next_look(planned: World, release: Release, manager: Reader) -> None:
    manager.get(of(release))
    add_contact(planned.peelrand, ContactFacts("Noor", "noor@peelrand.example"), MANAGER)
    assert "Approve: mails 4 contacts of 2 tenants now" in manager.get(of(release)).main


def test_dry_run_asks_the_same_of_more_tenants(planned: World, release: Release, manager: Reader) -> None:
    counts = []
    for number in range(0, 30, 29):
        for one in range(number):
            make_tenant(planned.product, f"tenant-{one:02d}", contacts=one % 4)
        keep_up_all(NOW)
        for path in (of(release), f"{of(release)}/html", f"{of(release)}?reader=1&words=tenant"):
            with counted_queries() as statements:
                assert manager.get(path).status == 200
            counts.append(len(statements))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 31
