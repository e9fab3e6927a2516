from base64 import b64encode
from datetime import timedelta
from email import message_from_bytes as compat32
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import product
from typing import Any

import pytest
from flask import Flask

from outbox.addresses import Unmailable, on_the_wire, return_path, returned
from outbox.headers import one_line
from outbox.mime import render
from outbox.models import OutboxMessage
from tests.outbox.rows import letter, queue, row
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("app")


def message(**values: Any) -> OutboxMessage:
    usual = {
        "id": 7,
        "address": "an.bos@brug.example",
        "name": "An Bos",
        "fields": {},
        "message_id": "<ab12@localhost>",
    }
    return OutboxMessage(**(usual | values))


def parsed(content: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(content)


def rendered(**values: Any) -> EmailMessage:
    return parsed(render(letter(**values), message(), NOW))


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_mail_has_the_fields_of_a_notice() -> None:
    mail = rendered(thread="release-4")
    assert dict(mail.items()) == {
        "From": "Announcements <announcements@localhost.localdomain>",
        "To": "An Bos <an.bos@brug.example>",
        "Subject": "Release 26.4",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
        "Message-ID": "<ab12@localhost>",
        "In-Reply-To": "<release-4@localhost>",
        "References": "<release-4@localhost>",
        "Auto-Submitted": "auto-generated",
        "List-Id": "<announcements.localhost>",
        "Content-Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
    }
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert text_of(mail, "plain") == "Hello,\n\nIt comes.\n"
    assert text_of(mail, "html") == "<p>It comes.</p>\n"


def test_mail_to_one_reader_is_no_list_and_may_be_text_only() -> None:
    mail = rendered(announcement_id=None, html="", language="nl", plain="Kies een wachtwoord: é € 😀")
    assert (mail["List-Id"], mail["References"], mail["Content-Language"]) == (None, None, "nl")
    assert mail.get_content_type() == "text/plain"
    assert text_of(mail, "plain") == "Kies een wachtwoord: é € 😀\n"


def test_fields_are_laid_in_escaped_only_in_html() -> None:
    place = "\ue000tenant\ue001"
    mail = parsed(
        render(
            letter(subject=f"For {place}", plain=f"Hello {place}!", html=f'<a title="{place}">{place}</a>'),
            message(fields={"tenant": 'Brug & "Zoon" <b>'}),
            NOW,
        )
    )
    assert mail["Subject"] == 'For Brug & "Zoon" <b>'
    assert text_of(mail, "plain") == 'Hello Brug & "Zoon" <b>!\n'
    shown = "Brug &amp; &quot;Zoon&quot; &lt;b&gt;"
    assert text_of(mail, "html") == f'<a title="{shown}">{shown}</a>\n'


def test_field_that_looks_like_a_place_is_not_filled() -> None:
    fields = {"name": "\ue000link\ue001", "link": "https://portal.example/secret", "half": "\ue000"}
    plain = "Hello \ue000name\ue001, \ue000nobody\ue001\ue000half\ue001link\ue001 \uf8ff\U000f0001bye"
    assert (
        text_of(parsed(render(letter(plain=plain), message(fields=fields), NOW)), "plain") == "Hello link, link bye\n"
    )


def test_same_row_gives_the_same_bytes() -> None:
    first, second = (render(letter(), message(), NOW + timedelta(minutes=n)) for n in (0, 5))
    assert first.replace(b"09:00:00", b"09:05:00") == second


HOSTILE = {
    "line breaks": ("Release\r\nBcc: a@evil.example\n\nBody", "Release Bcc: a@evil.example Body"),
    "other line breaks": ("a\u2028b\u2029c\x85d\x0be\x0cf", "a b c d e f"),
    "encoded-word": ("=?utf-8?q?x=0d=0aBcc:_a@b?=", "x Bcc: a@b"),
    "encoded-word in base64": ("=?utf-8?B?eA0KQmNjOiBhQGI=?=", "x Bcc: a@b"),
    "encoded-words in a row": ("=?utf-8?q?x=0d?= =?utf-8?q?=0aBcc:_a@b?=", "x Bcc: a@b"),
    "encoded encoded-word": ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3D0d=3D0aBcc=3A=5Fa=40b=3F=3D?=", "x Bcc: a@b"),
    "encoded-word over two lines": ("=?utf-8?q?x=0d=0a\r\nBcc:_a@b?=", "x Bcc: a@b"),
    "unknown charset": ("=?klingon?q?x?= y", "y"),
    "broken base64": ("=?utf-8?b?a?= y", "y"),
    "NUL": ("a\0b", "a b"),
    "reading direction": ("invoice\u202excod.exe", "invoicexcod.exe"),
    "soft hyphen and byte order": ("\ufeffre\u00adlease", "release"),
    "half a pair": ("a\ud83d b", "a b"),
    "private signs": ("a\ue000b\uf8ffc", "abc"),
    "emoji": ("Uitgave 🚀 👩\u200d💻", "Uitgave 🚀 👩\u200d💻"),
    "right to left": ("גרסה 26.4", "גרסה 26.4"),
    "a very long word": ("x" * 300, "x" * 300),
    "a very long word of umlauts": ("ü" * 300, "ü" * 300),
    "many words": ("release " * 200, ("release " * 200).strip()),
    "looks encoded but is not": ("what=?really", "what=?really"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("title", "read"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_title_stays_one_harmless_line(title: str, read: str) -> None:
    content = render(letter(subject=title), message(name=title), NOW)
    mail = parsed(content)
    assert mail["Subject"] == read
    address = "an.bos@brug.example"
    assert [one.addr_spec for one in mail["To"].addresses] == [address]
    # The newer parser of the library puts spaces between the parts of a long name (RFC 2047 6.2 says: none).
    to = str(make_header(decode_header(compat32(content)["To"]))).replace('"', "")
    assert to == (f"{read} <{address}>" if read else address)
    assert mail.keys().count("Bcc") == 0
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")


@pytest.mark.parametrize("name", ['Bos, "An" \\ (ICT)', "a@b.example", "<script>", "Dr. Ó Bos"])
def test_name_with_the_signs_of_addresses_stays_a_name(name: str) -> None:
    mail = parsed(render(letter(), message(name=name), NOW))
    assert [(one.display_name, one.addr_spec) for one in mail["To"].addresses] == [(name, "an.bos@brug.example")]


def test_nested_encoding_comes_to_an_end() -> None:
    text = "=?utf-8?q?x?="
    for _layer in range(8):
        text = f"=?utf-8?b?{b64encode(text.encode()).decode()}?="
    assert "=?" not in one_line(text)


def test_hostile_body_arrives_as_it_is() -> None:
    plain = "\x00\x1b.\n.\n..\r\nFrom here\rTrailing \n" + "long " * 400 + "\n=?utf-8?q?x?=\n" + "é" * 900
    mail = rendered(plain=plain, html="")
    lines = text_of(mail, "plain").split("\n")
    assert lines == [".", ".", "..", "From here", "Trailing ", "long " * 400, "=?utf-8?q?x?=", "é" * 900, ""]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@",
        "@b.example",
        "a b@c.example",
        "a@b.example\r\nRCPT TO:<c@d.example>",
        "a@b.example> SIZE=1",
        "a@b.example,c@d.example",
        "a@b@c.example",
        "a\u2028@b.example",
        "a@b..example\n",
        "a\0@b.example",
        f"{'a' * 250}@b.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Unmailable, match="no e-mail address"):
        render(letter(), message(address=address), NOW)


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("an@localhost", "an@localhost"),
        ("an@zorg.local", "an@zorg.local"),
        ("an+sla@straße.de", "an+sla@xn--strae-oqa.de"),
        ("jürgen@münchen.example", "jürgen@xn--mnchen-3ya.example"),
    ],
)
def test_domain_goes_over_the_wire_in_ascii(address: str, wire: str) -> None:
    assert on_the_wire(address) == wire


def test_sender_is_never_the_readers_fault(app: Flask) -> None:
    app.config["MAIL_DEFAULT_SENDER"] = "nobody"
    with pytest.raises(ValueError, match="MAIL_DEFAULT_SENDER") as caught:
        render(letter(), message(), NOW)
    assert caught.type is ValueError


def test_senders_name_may_be_a_pair(app: Flask) -> None:
    app.config["MAIL_DEFAULT_SENDER"] = ("Zorg & Zo, B.V.", "notices@vendor.example")
    assert rendered()["From"] == '"Zorg & Zo, B.V." <notices@vendor.example>'


def test_return_path_leads_back_to_its_row_only() -> None:
    first, second = queue(2)
    path = return_path(row(first))
    assert path.startswith(f"bounce+{first}-")
    assert path.endswith("@localhost.localdomain")
    found = returned(path.upper())
    assert found is not None
    assert found.id == first
    assert returned(path.replace(f"+{first}-", f"+{second}-")) is None
    assert returned("bounce+9999-abc@localhost.localdomain") is None
    assert returned("announcements@localhost.localdomain") is None


def place(name: str) -> str:
    return f"\ue000{name}\ue001"


def calendar_of(mail: EmailMessage) -> EmailMessage:
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == 1
    found = parts[0]
    assert isinstance(found, EmailMessage)
    return found


def test_calendar_entry_is_the_third_alternative() -> None:
    calendar = "BEGIN:VCALENDAR\nMETHOD:PUBLISH\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n"
    mail = rendered(calendar=calendar)
    kinds = ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    assert [part.get_content_type() for part in mail.walk()] == kinds
    part = calendar_of(mail)
    assert part["Content-Type"] == 'text/calendar; charset="utf-8"; method="PUBLISH"'
    assert part.get_payload(decode=True) == calendar.replace("\n", "\r\n").encode()
    only_text = rendered(calendar=calendar, html="")
    assert [part.get_content_type() for part in only_text.walk()] == [kinds[0], kinds[1], kinds[3]]


def test_values_of_the_entry_are_escaped_but_for_the_raw_ones_and_lines_folded() -> None:
    lines = [
        "BEGIN:VEVENT",
        f"DTSTART:{place('ics_raw_start')}",
        f"SUMMARY:{place('tenant')}",
        f"DESCRIPTION:For {place('tenant')}: {place('words')}",
        f"LOCATION:{place('nobody')}",
        "COMMENT:" + "é" * 60,
        "END:VEVENT",
    ]
    fields = {
        "ics_raw_start": "20270118T050000Z\r\nX-MORE:1",
        "tenant": "Brug, Zoon; \\ é\nEND:VEVENT",
        "words": "lang " * 40 + "👩\u200d💻" * 10,
    }
    content = render(letter(calendar="\r\n".join(lines)), message(fields=fields), NOW)
    entry = calendar_of(parsed(content)).get_payload(decode=True)
    assert isinstance(entry, bytes)
    assert max(len(line) for line in entry.split(b"\r\n")) <= 75
    assert entry.count(b"\n") == entry.count(b"\r\n") == entry.count(b"\r")
    tenant = "Brug\\, Zoon\\; \\\\ é\\nEND:VEVENT"
    assert entry.replace(b"\r\n ", b"").decode().split("\r\n") == [
        "BEGIN:VEVENT",
        "DTSTART:20270118T050000ZX-MORE:1",
        f"SUMMARY:{tenant}",
        f"DESCRIPTION:For {tenant}: {fields['words']}",
        "LOCATION:",
        "COMMENT:" + "é" * 60,
        "END:VEVENT",
        "",
    ]
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_unsubscribing_takes_one_click() -> None:
    url = "https://portal.example/unsubscribe/3f9c?l=nl"
    mail = parsed(render(letter(), message(fields={"unsubscribe": url}), NOW))
    assert mail["List-Unsubscribe"] == f"<{url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert rendered()["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/>\r\nBcc: a@b.example",
        "https://a.example/ b",
        "javascript:alert(1)",
        "https://a.example/<x>",
        "https://a.example/é",
        "mailto:a@b.example",
    ],
)
def test_unsubscribing_at_no_address_is_our_mistake(url: str) -> None:
    with pytest.raises(ValueError, match="an address to unsubscribe at was expected") as caught:
        render(letter(), message(fields={"unsubscribe": url}), NOW)
    assert caught.type is ValueError


VALUES = ["", "x", "x" * 74, "x" * 75, "x" * 76, "é" * 40, "a b " * 90, ".", "..\n.\n", "=20", " "]
BEFORE = ["", "Hello ", "x" * 73, "x" * 76, "\n", ". "]
BEHIND = ["", " bye", "\n", ".", ".\n.", "x" * 76]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_text_around_a_place_is_joined_as_it_is(value: str) -> None:
    for before, behind in product(BEFORE, BEHIND):
        plain = f"{before}{place('v')}{behind}{place('v')}|"
        content = render(letter(plain=plain, html=""), message(fields={"v": value}), NOW)
        assert text_of(parsed(content), "plain") == f"{before}{value}{behind}{value}|\n"
        assert max(map(len, content.split(b"\r\n"))) <= 78
        assert content.isascii()
        assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")


def test_long_words_and_a_megabyte_stay_what_they_are() -> None:
    word, notes = "x" * 300, "Wörter " * 150_000
    mail = parsed(render(letter(plain=f"{word} {place('w')}\n{notes}|"), message(fields={"w": word}), NOW))
    assert text_of(mail, "plain") == f"{word} {word}\n{notes}|\n"
