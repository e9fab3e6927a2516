"""The built-in mailbox, whatever a mail holds."""

from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from entrypoints.settings import Settings
from outbox.kept_mails import PER_PAGE
from tests.faces.pages import Page, Reader

NAME = "20261123T090000.000000Z-{:08x}.eml"
ONE = NAME.format(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mailbox").mkdir()
    return tmp_path / "mailbox"


def keep(folder: Path, *mails: bytes) -> None:
    for number, mail in enumerate(mails, start=1):
        (folder / NAME.format(number)).write_bytes(mail.replace(b"\n", b"\r\n"))


HOSTILE = b"""From: "<script>alert(1)</script>" <evil@evil.example>
To: =?utf-8?b?PGltZyBzcmM9eCBvbmVycm9yPWFsZXJ0KDEpPg==?= <an@brug.example>
Subject: </h1><script>alert(document.cookie)</script> {{ 7 * 7 }}
Date: Mon, 23 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

</pre><script>alert(1)</script>
--b
Content-Type: text/html; charset=utf-8

<script>alert(1)</script><img src="https://evil.example/x.png"><form action="/logout"></form>
<a href="javascript:alert(1)">x</a><iframe src="/planner/"></iframe><base href="https://evil.example">
--b--
"""


def test_empty_mailbox_says_so(anybody: Reader) -> None:
    page = anybody.get("/mailbox/")
    assert page.status == 200
    assert "<table" not in page.html


def test_hostile_mail_is_shown_as_text(anybody: Reader, folder: Path) -> None:
    keep(folder, HOSTILE)
    subject = "</h1><script>alert(document.cookie)</script> {{ 7 * 7 }}"
    for page in (anybody.get("/mailbox/"), anybody.get(f"/mailbox/{ONE}")):
        assert page.status == 200
        assert subject in page.main
        assert "<img src=x onerror=alert(1)>" in page.main
        assert "Mon 23 November 2026, 10:00" in page.main
        assert "<script>" not in page.html
        assert "<img" not in page.html
        assert page.headers["Content-Security-Policy"].partition("script-src ")[2].startswith("'self';")
    page = anybody.get(f"/mailbox/{ONE}")
    assert "</pre><script>alert(1)</script>" in page.main
    assert f'src="/mailbox/{ONE}/html"' in page.html


def policy(page: Page) -> dict[str, str]:
    parts = (part.split(maxsplit=1) for part in page.headers["Content-Security-Policy"].split(";"))
    return {part[0]: part[1] if len(part) > 1 else "" for part in parts}


def test_html_of_a_mail_may_do_nothing(anybody: Reader, folder: Path) -> None:
    keep(folder, HOSTILE)
    page = anybody.get(f"/mailbox/{ONE}/html")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<script>alert(1)</script>" in page.html
    allowed = policy(page)
    assert allowed["default-src"] == "'none'"
    assert allowed["sandbox"] == "allow-popups"
    assert allowed["frame-ancestors"] == "'self'"
    assert {name for name in allowed if name.startswith(("script", "connect", "form", "frame-src"))} == set()
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_raw_mail_is_text(anybody: Reader, folder: Path) -> None:
    keep(folder, HOSTILE)
    page = anybody.get(f"/mailbox/{ONE}/raw")
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.body.splitlines() == HOSTILE.splitlines()


BROKEN = {
    "nothing": b"",
    "no header": b"Hallo\n",
    "octets": bytes(range(256)) * 20,
    "nonsense date": b"Subject: x\nDate: yesterday\n\nHallo\n",
    "date of no year": b"Subject: x\nDate: Mon, 31 Feb 99999 99:99:99 +9999\n\nHallo\n",
    "no charset that we know": b"Subject: =?nonsense?q?=F0?=\nContent-Type: text/plain; charset=nonsense\n\n\xff\n",
    "half a pair": b"Subject: =?utf-16?b?2AA=?=\n\nHallo\n",
    "broken base64": b"Subject: x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n!!!\n",
    "broken parts": b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed\n",
    "no addresses": b"From: @@@\nTo: <<>>;;\nSubject: x\n\nHallo\n",
    "endless subject": b"Subject: " + b"x" * 100_000 + b"\n\nHallo\n",
    "many headers": b"".join(b"X-%d: y\n" % number for number in range(5_000)) + b"\nHallo\n",
    "a message in a message": b"Subject: x\nContent-Type: message/rfc822\n\nSubject: y\n\nHallo\n",
    "a file": b"Subject: x\nContent-Type: application/pdf; name*=utf-8''%3Cb%3E.pdf\n\n%PDF\n",
    "nul": b"Subject: a\0b\nFrom: a\0@b.example\n\nHallo\0\n",
    "direction": "Subject: \u202eevil\u202c\n\nHallo\n".encode(),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_mail_is_shown_as_far_as_it_goes(anybody: Reader, folder: Path, kind: str) -> None:
    keep(folder, BROKEN[kind], b"Subject: A good one\n\nHallo\n")
    page = anybody.get("/mailbox/")
    assert page.status == 200
    assert "A good one" in page.main
    assert anybody.get(f"/mailbox/{ONE}").status == 200
    assert anybody.get(f"/mailbox/{ONE}/raw").status == 200
    assert anybody.get(f"/mailbox/{ONE}/html").status in {200, 404}


def test_only_kept_mails_are_read(anybody: Reader, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("the key")
    (folder / "lock").write_text("x")
    (folder / "20261123T090000.000000Z-00000001.eml.bak").write_text("x")
    (folder / NAME.format(2)).mkdir()
    for name in (
        *("secret_key", "../secret_key", "..%2fsecret_key", "..%5csecret_key", "lock", ".", "%2e%2e", "%00"),
        *("20261123T090000.000000Z-00000001.eml.bak", NAME.format(2), NAME.format(3), f"{ONE}%00", f"x/{ONE}"),
        *("x" * 5_000, f"{ONE}%0a", "２０２６1123T090000.000000Z-00000001.eml"),
    ):
        for part in ("", "/html", "/raw"):
            page = anybody.get(f"/mailbox/{name}{part}")
            assert page.status in {302, 308, 404}, name
            assert b"the key" not in page.body
    assert anybody.get("/mailbox/").status == 200


def test_mailbox_is_paged_the_newest_first(anybody: Reader, folder: Path) -> None:
    keep(folder, *(b"Subject: Mail %03d\n\nHallo\n" % number for number in range(1, PER_PAGE + 2)))
    first, second = anybody.get("/mailbox/"), anybody.get("/mailbox/?page=2")
    assert first.main.index(f"Mail {PER_PAGE + 1:03d}") < first.main.index("Mail 002")
    assert "Mail 001" not in first.main
    assert "Mail 001" in second.main
    assert 'href="/mailbox/?page=2"' in first.html
    assert anybody.get("/mailbox/?page=999999999999999999999").main == second.main
    assert anybody.get("/mailbox/?page=-5").main == first.main


def test_mailbox_is_not_there_beside_a_mail_server(app: Flask, settings: Settings, folder: Path) -> None:
    keep(folder, HOSTILE)
    other = create_app(settings.model_copy(update={"MAIL_SERVER": "mail.example"}), TESTING=True)
    with other.app_context():
        reader = Reader(other)
        assert [reader.get(path).status for path in ("/mailbox/", f"/mailbox/{ONE}", f"/mailbox/{ONE}/raw")] == [
            404
        ] * 3


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
    ],
)
def test_mailbox_is_for_this_machine(anybody: Reader, address: str, headers: dict[str, str], status: int) -> None:
    assert anybody.get("/mailbox/", address=address, headers=headers).status == status


def test_mailbox_is_for_administrators_from_everywhere(
    admin: Reader, manager: Reader, planner: Reader, contact: Reader
) -> None:
    # A viewer who reads the link to a new password of an administrator becomes one.
    found = [one.get("/mailbox/", address="192.0.2.7").status for one in (admin, manager, planner, contact)]
    assert found == [200, 404, 404, 404]
    for reader, there in ((admin, True), (manager, False)):
        for path in ("/planner/", "/planner/first-steps"):
            page = reader.get(path, address="192.0.2.7")
            assert ('href="/mailbox/"' in page.html, "No mail server is set" in page.seen) == (there, True)
    assert 'href="/mailbox/"' in planner.get("/planner/").html
