"""A product, as it is made and changed from the pages."""

from flask import Flask
from sqlalchemy import select

from storage import db
from tenants.models import Product
from tests.faces.pages import Form, Reader, everything
from tests.faces.tenants_typed import LONG, PERIODS, UNSEEN
from tests.world import World, both_databases

PRODUCT: Form = {
    "slug": "other",
    "name": "Other",
    "timezone": "Europe/Amsterdam",
    "help_desk_email": "",
    "help_desk_phone": "",
    "help_desk_hours_nl": "",
    "help_desk_hours_en": "",
    "test_period": "P2W",
    "announce_ahead": "P7D",
    "update_minutes": "60",
}

PRODUCT_NONSENSE = [
    *(("slug", value) for value in ("", "Other", "inconto", "new", LONG)),
    *(("name", value) for value in ("", UNSEEN, "x" * 121)),
    *(("timezone", value) for value in ("", "Nonsense", LONG)),
    *(("help_desk_email", value) for value in ("nobody", "a@b\nc", LONG)),
    *(("help_desk_phone", value) for value in ("nonsense", LONG)),
    ("help_desk_hours_nl", "x" * 41),
    ("help_desk_hours_en", "x" * 41),
    *(("update_minutes", value) for value in ("", "0", "-1", "1.5", "1441", "9" * 30, "٦٠", "an hour", "💥")),
    *((name, value) for name in ("test_period", "announce_ahead") for value in ["", *PERIODS]),
]


@both_databases
def test_nonsense_in_a_product_is_told_at_its_field_and_writes_nothing(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    before = everything()
    for field, value in PRODUCT_NONSENSE:
        page = admin.post("/planner/products/new", PRODUCT | {field: value})
        assert (page.status, list(page.wrong)) == (422, [field]), (field, value)
        if field != "slug":
            page = admin.post("/planner/products/inconto", PRODUCT | {field: value})
            assert (page.status, list(page.wrong)) == (422, [field]), (field, value)
    assert everything() == before


def test_second_product_is_chosen_by_its_name(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    admin.post("/planner/products/new", PRODUCT)
    assert db.session.scalars(select(Product.slug).order_by(Product.slug)).all() == ["inconto", "other"]
    assert "Zorggroep" in admin.get("/planner/tenants").main
    assert "Zorggroep" not in admin.get("/planner/tenants?product=other").main
    page = admin.get("/planner/?product=other")
    assert 'href="/planner/?product=inconto"' in page.html
    assert 'href="/planner/tenants?product=other"' in page.html


def test_product_is_changed(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    form = PRODUCT | {"name": "Inconto 2", "restart_when_postponed": "y", "help_desk_phone": "085 018 5725"}
    assert admin.post("/planner/products/inconto", form).status == 302
    row = db.session.scalars(select(Product)).one()
    assert (row.slug, row.name, row.restart_when_postponed) == ("inconto", "Inconto 2", True)
    assert row.help_desk_phone == "+31 85 018 5725"
