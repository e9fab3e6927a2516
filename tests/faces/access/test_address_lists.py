"""A tenant lets its own addresses in, and nobody else."""

import pytest
from flask import Flask
from sqlalchemy import select

from storage import db
from tenants.models import Tenant
from tests.faces.access.places import Somewhere
from tests.faces.pages import Reader

ADDRESSES = [
    ("192.0.2.0/24", "192.0.2.7", 200),
    ("192.0.2.0/24", "192.0.3.7", 403),
    ("192.0.2.7", "192.0.2.7", 200),
    ("192.0.2.7", "192.0.2.8", 403),
    # A dual-stack socket shows IPv4 readers so; a list may name them so.
    ("192.0.2.0/24", "::ffff:192.0.2.7", 200),
    ("192.0.2.0/24", "::ffff:192.0.3.7", 403),
    ("::ffff:192.0.2.0/120", "192.0.2.7", 200),
    ("::ffff:192.0.2.0/120", "::ffff:192.0.2.7", 200),
    ("::ffff:192.0.2.0/120", "192.0.3.7", 403),
    ("2001:db8::/32", "2001:db8:1::7", 200),
    ("2001:db8::/32", "2001:db9::7", 403),
    ("2001:db8::/32", "192.0.2.7", 403),
    ("192.0.2.0/24", "2001:db8::7", 403),
    ("0.0.0.0/0", "2001:db8::7", 403),
    ("::/0", "2001:db8::7", 200),
    ("192.0.2.0/24\n2001:db8::/32", "2001:db8::7", 200),
    ("192.0.2.0/24\n2001:db8::/32", "192.0.2.7", 200),
    ("192.0.2.0/24", "", 403),
    ("", "", 200),
    ("", "203.0.113.9", 200),
]


def limit(networks: str) -> None:
    tenant = db.session.scalars(select(Tenant).where(Tenant.slug == "zorggroep-de-brug")).one()
    tenant.ip_allowlist = networks
    db.session.commit()


@pytest.mark.parametrize("part", ["", "/releases", "/calendar", "feed", "feed of maintenance", "feed of news"])
def test_tenants_list_of_addresses_holds(anybody: Reader, contact: Reader, feed: str, part: str) -> None:
    paths = {"feed": feed, "feed of maintenance": feed.replace(".ics", "/maintenance.ics")}
    paths["feed of news"] = feed.replace(".ics", ".atom")
    path, reader = paths.get(part, f"/portal/zorggroep-de-brug{part}"), anybody if part in paths else contact
    answers = []
    for networks, address, _status in ADDRESSES:
        limit(networks)
        answers.append((networks, address, reader.get(path, address=address).status))
    assert answers == ADDRESSES


PROXIED = [
    # Nobody is trusted: what the header says is anybody's word.
    ("", "192.0.2.7", "", 200),
    ("", "203.0.113.9", "192.0.2.7", 403),
    ("", "192.0.2.7", "203.0.113.9", 200),
    # A proxy of ours says who asked it.
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7", 200),
    ("10.0.0.0/8", "10.0.0.1", "203.0.113.9", 403),
    ("10.0.0.0/8", "::ffff:10.0.0.1", "192.0.2.7", 200),
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7, 10.0.0.2", 200),
    ("fd00::/8", "fd00::1", "2001:db8::7", 403),
    ("10.0.0.0/8,fd00::/8", "fd00::1", "192.0.2.7, 10.0.0.2", 200),
    # What stood in the header before our proxy added to it is the reader's own invention.
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7, 203.0.113.9", 403),
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7, 203.0.113.9, 10.0.0.2", 403),
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7, unknown", 403),
    ("10.0.0.0/8", "10.0.0.1", "", 403),
    ("10.0.0.0/8", "10.0.0.1", ",", 403),
    ("10.0.0.0/8", "203.0.113.9", "192.0.2.7", 403),
    ("10.0.0.1", "10.0.0.2", "192.0.2.7", 403),
]


@pytest.mark.parametrize("place", ["portal", "feed"])
def test_forwarded_address_is_believed_of_our_own_proxies_only(
    app: Flask, contact: Reader, feed: str, place: str
) -> None:
    limit("192.0.2.0/24")
    path = feed if place == "feed" else "/portal/zorggroep-de-brug"
    answers = []
    for trusted, address, forwarded, _status in PROXIED:
        app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"TRUSTED_PROXIES": trusted})
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        answers.append((trusted, address, forwarded, contact.get(path, address=address, headers=headers).status))
    assert answers == PROXIED


def test_other_headers_move_no_reader(app: Flask, contact: Reader, feed: str) -> None:
    limit("192.0.2.0/24")
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"TRUSTED_PROXIES": "10.0.0.0/8"})
    for header in ("X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "X-Forwarded-Host"):
        headers = {header: "for=192.0.2.7" if header == "Forwarded" else "192.0.2.7"}
        for path in ("/portal/zorggroep-de-brug", feed):
            assert contact.get(path, address="10.0.0.1", headers=headers).status == 403, header


def test_reader_outside_the_addresses_learns_why_and_nothing_else(contact: Reader, somewhere: Somewhere) -> None:
    limit("192.0.2.0/24")
    page = contact.get("/portal/zorggroep-de-brug")
    assert page.status == 403
    assert page.main == (
        "You may not do this Your organisation lets people in from certain addresses only, and yours, 127.0.0.1, is "
        "not among them. Sign in from your organisation's network, or ask the help desk to add this address. "
        "Help desk: servicedesk@inconto.example, +31 85 018 5725 Sign out 403"
    )
    assert "2027.1" not in page.html
    assert "Zorggroep De Brug" not in page.html
