"""Release notes as customers read them."""

import pytest
import time_machine
from flask import Flask

from release_notes.services import publish_notes, save_notes
from schedules.models import Release
from schedules.release_cancelling import cancel_release
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.planning import announce_all
from tests.world import MANAGER, NOW, World, local

HOME = "/portal/zorggroep-de-brug"


def test_release_without_notes_says_when_they_come_or_whom_to_ask(
    app: Flask, contact: Reader, release: Release
) -> None:
    path, ahead = f"{HOME}/releases/2027.1", "The release notes are published at the latest when acceptance is updated."
    announce_all()
    assert ahead in contact.get(path).main
    with time_machine.travel(local("2027-01-18T06:01"), tick=False):
        late = Reader(app, CONTACT).get(path).main
    assert ahead not in late
    assert "The release notes should have been here by now. Ask the help desk for them." in late
    cancel_release(release, MANAGER, NOW)
    announce_all()
    off = contact.get(path).main
    assert ahead not in off
    assert "This update is off: there are no release notes to read." in off


def publish(release: Release, dutch: str = "Het **zoeken**", english: str = "The **search**") -> None:
    save_notes(release, "nl", dutch, MANAGER, NOW)
    save_notes(release, "en", english, MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "Het <strong>zoeken</strong>"), ("en", "The <strong>search</strong>")]
)
def test_contact_reads_notes_in_its_language(
    app: Flask, planned: World, release: Release, language: str, words: str
) -> None:
    publish(release)
    reader = Reader(app, CONTACT, language=language)
    page = reader.get(f"{HOME}/releases/2027.1")
    assert f'<div class="prose" lang="{language}"><p>{words}</p></div>' in page.html.replace("\n", "")
    title = {"nl": "Sneller zoeken", "en": "Faster search"}[language]
    for path in (HOME, f"{HOME}/releases"):
        assert title in reader.get(path).main
        assert f'href="{HOME}/releases/2027.1"' in reader.get(path).html


def test_draft_is_not_for_contacts(contact: Reader, release: Release) -> None:
    save_notes(release, "nl", "Een ruwe schets", MANAGER, NOW)
    save_notes(release, "en", "A rough sketch", MANAGER, NOW)
    announce_all()
    assert "sketch" not in contact.get(f"{HOME}/releases/2027.1").main
    assert contact.get(f"{HOME}/releases").main == "Release notes No release notes have been published yet."
    publish_notes(release, MANAGER, NOW)
    save_notes(release, "en", "A second thought", MANAGER, NOW)
    page = contact.get(f"{HOME}/releases/2027.1").main
    assert "A rough sketch" in page
    assert "second thought" not in page


def test_hostile_notes_do_nothing_to_customers(contact: Reader, release: Release) -> None:
    publish(release, english="<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1)) **ok**")
    html = contact.get(f"{HOME}/releases/2027.1").html
    assert "<strong>ok</strong>" in html
    for sign in ("<script", "<img", "onerror", "javascript:"):
        assert sign not in html.partition("<main")[2]
