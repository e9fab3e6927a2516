"""A contact chooses the language of its mails, and what it hears of."""

from sqlalchemy import select

from storage import db
from tests.faces.home.reading import HOME
from tests.faces.pages import Reader
from tests.world import World


def test_contact_chooses_the_language_of_its_mails(contact: Reader, planned: World) -> None:
    path = f"{HOME}/subscriptions"
    assert "We write to you in Dutch. So is your own calendar." in contact.get(path).main
    page = contact.follow(contact.post(f"{HOME}/mail-language", {"locale": "en"}))
    assert "From now on we write to you in English." in page.main
    assert "We write to you in English." in page.main.partition("Language of your mails")[2]
    own, other = planned.brug.contacts
    db.session.refresh(own)
    assert (own.locale, other.locale) == ("en", "en")
    for value in ("", "de", "x" * 300):
        assert contact.follow(contact.post(f"{HOME}/mail-language", {"locale": value})).alerts == ["Choose nl or en."]


def test_what_was_promised_cannot_be_switched_off_and_the_page_says_why(contact: Reader) -> None:
    page = contact.get(f"{HOME}/subscriptions")
    assert "You cannot switch these off: the service level agreement promises your organisation" in page.main
    forms = page.html.partition("<main")[2].count("<form")
    assert forms == 2


def test_subscriptions_of_others_are_nobodys(stranger: Reader, planned: World) -> None:
    for path in ("subscriptions", "told", "told.csv", "told.json", "versions", "contacts"):
        assert stranger.get(f"{HOME}/{path}").status == 404
    assert stranger.post(f"{HOME}/mail-language", {"locale": "en"}).status == 404
    assert [one.locale for one in db.session.scalars(select(type(planned.brug.contacts[0])))].count("nl") == 2
