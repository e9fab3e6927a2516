"""Days without changes and public holidays: kept, taken away, found."""

import json
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, NotAllowed, Role
from evidence.models import Entry
from schedules.freeze_models import Freeze
from schedules.freezes import FreezeFacts, add_freeze, remove_freeze
from schedules.special_days import days_touched, freezes_before, freezes_from, special_days
from storage import Conflict, Refused, db
from tenants.models import Product
from tenants.products import ProductFacts, change_product
from tests.planning import counted_queries
from tests.world import ADMIN, NOW, OPERATOR, PLANNER, World, both_databases, local, make_product

CLOSING = (date(2026, 12, 21), date(2027, 1, 4))


def frozen(
    product: Product,
    days: tuple[date, date] = CLOSING,
    reason_nl: str = "Jaarafsluiting",
    reason_en: str = "End of the year",
) -> Freeze:
    return add_freeze(product, FreezeFacts(str(days[0]), str(days[1]), reason_nl, reason_en), PLANNER, NOW)


def found(product: Product, first: date, last: date, language: str = "en") -> list[tuple[str, date, date, str]]:
    return [
        (day.kind.value, day.from_on, day.until_on, day.name(language)) for day in special_days(product, first, last)
    ]


def test_holidays_and_freezes_come_as_one_list_in_order(planned: World) -> None:
    freeze = frozen(planned.product)

    first, last = date(2026, 12, 25), date(2027, 1, 31)

    assert found(planned.product, first, last) == [
        ("freeze", *CLOSING, "End of the year"),
        ("holiday", date(2026, 12, 25), date(2026, 12, 25), "Christmas Day"),
        ("holiday", date(2026, 12, 26), date(2026, 12, 26), "Second Day of Christmas"),
        ("holiday", date(2027, 1, 1), date(2027, 1, 1), "New Year's Day"),
    ]
    assert [day[3] for day in found(planned.product, first, first, "nl")] == ["Jaarafsluiting", "Eerste kerstdag"]
    assert [day.freeze_id for day in special_days(planned.product, first, first)] == [freeze.id, None]


def test_both_ends_of_a_freeze_count(planned: World) -> None:
    frozen(planned.product)
    hits = {
        day: [one[0] for one in found(planned.product, day, day)]
        for day in (date(2026, 12, 20), date(2026, 12, 21), date(2027, 1, 4), date(2027, 1, 5))
    }
    assert list(hits.values()) == [[], ["freeze"], ["freeze"], []]


@pytest.mark.parametrize(
    ("starts", "ends", "names"),
    [
        pytest.param("2026-12-20T23:59", None, [], id="the-minute-before"),
        pytest.param("2026-12-21T00:00", None, ["End of the year"], id="from-midnight-on-the-clock-there"),
        pytest.param("2026-12-20T22:00", "2026-12-21T00:00", [], id="until-midnight"),
        pytest.param("2026-12-20T22:00", "2026-12-21T00:01", ["End of the year"], id="past-midnight"),
        pytest.param("2027-01-04T23:59", "2027-01-06T00:00", ["End of the year"], id="from-its-last-minute"),
        pytest.param("2027-04-27T08:00", None, ["King's Day"], id="holiday"),
    ],
)
def test_moment_or_window_falls_on_days_of_the_products_clock(
    planned: World, starts: str, ends: str | None, names: list[str]
) -> None:
    frozen(planned.product)
    days = special_days(
        planned.product, *days_touched(local(starts), local(ends) if ends else None, planned.product.zone)
    )
    assert [day.name("en") for day in days] == names


def test_freeze_is_of_one_product(planned: World) -> None:
    frozen(planned.product)
    other = make_product("other", "Other")
    assert found(other, *CLOSING) == [one for one in found(planned.product, *CLOSING) if one[0] == "holiday"]


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("NL", ["Tweede paasdag"]),
        ("DE-BY", ["Ostermontag"]),
        ("", []),
    ],
)
def test_holidays_are_those_of_the_products_place(planned: World, place: str, names: list[str]) -> None:
    change_product(planned.product, ProductFacts("Inconto", holidays_of=place.lower()), ADMIN, NOW)
    assert planned.product.holidays_of == place
    assert [one[3] for one in found(planned.product, date(2027, 3, 29), date(2027, 3, 29), "nl")] == names


@pytest.mark.parametrize("place", ["XX", "DE-ZZ", "Nederland", "-", "N L"])
def test_place_without_holidays_is_refused(planned: World, place: str) -> None:
    with pytest.raises(Refused) as refused:
        change_product(planned.product, ProductFacts("Inconto", holidays_of=place), ADMIN, NOW)
    assert refused.value.field == "holidays_of"
    assert planned.product.holidays_of == "NL"


def test_many_freezes_cost_one_query(planned: World) -> None:
    for month in range(1, 13):
        frozen(planned.product, (date(2027, month, 1), date(2027, month, 2)))
    product = planned.product
    assert product.slug == "inconto"
    with counted_queries() as statements:
        days = special_days(product, date(2027, 1, 1), date(2027, 12, 31))
    assert len([day for day in days if day.freeze_id]) == 12
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [
        pytest.param((date(2027, 1, 5), date(2027, 1, 4)), {}, "until_on", id="ends-first"),
        pytest.param((date(2027, 1, 1), date(2028, 1, 2)), {}, "until_on", id="longer-than-a-year"),
        pytest.param(CLOSING, {"reason_nl": " "}, "reason_nl", id="no-dutch"),
        pytest.param(CLOSING, {"reason_en": ""}, "reason_en", id="no-english"),
        pytest.param(CLOSING, {"reason_en": "x" * 301}, "reason_en", id="too-long"),
    ],
)
def test_what_cannot_be_used_is_refused(
    planned: World, days: tuple[date, date], reason: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        frozen(planned.product, days, **reason)
    assert refused.value.field == field
    assert freezes_from(planned.product, date(2000, 1, 1)) == []


@both_databases
def test_database_keeps_the_ends_in_order_and_each_freeze_once(planned: World) -> None:
    frozen(planned.product)
    with pytest.raises(Conflict):
        frozen(planned.product)
    values = {"product_id": planned.product.id, "created_by": "x", "created_at": NOW}
    db.session.add(Freeze(from_on=date(2027, 2, 2), until_on=date(2027, 2, 1), **values))
    with pytest.raises(IntegrityError, match="ck_freeze_from_first"):
        db.session.commit()
    db.session.rollback()
    assert len(freezes_from(planned.product, CLOSING[1])) == 1


@pytest.mark.parametrize("by", [OPERATOR, Actor("viewer@vendor.example", Role.VIEWER)])
def test_only_planners_freeze(planned: World, by: Actor) -> None:
    freeze = frozen(planned.product)
    with pytest.raises(NotAllowed):
        add_freeze(planned.product, FreezeFacts("2027-02-01", "2027-02-01", "x", "x"), by, NOW)
    with pytest.raises(NotAllowed):
        remove_freeze(freeze, by, NOW)
    assert freezes_from(planned.product, CLOSING[1]) == [freeze]


def test_taking_a_freeze_away_stays_on_record(planned: World) -> None:
    freeze = frozen(planned.product)
    number = freeze.id
    remove_freeze(freeze, PLANNER, NOW)

    assert freezes_from(planned.product, date(2000, 1, 1)) == []
    entries = db.session.scalars(select(Entry).where(Entry.kind.like("freeze_%")).order_by(Entry.id)).all()
    assert [(one.kind, one.actor) for one in entries] == [
        ("freeze_added", PLANNER.name),
        ("freeze_removed", PLANNER.name),
    ]
    facts = [json.loads(one.facts) for one in entries]
    assert facts[0] == facts[1]
    assert (facts[0]["freeze"], facts[0]["from_on"], facts[0]["until_on"]) == (number, "2026-12-21", "2027-01-04")
    assert "Jaarafsluiting" not in entries[0].facts


def test_second_person_who_takes_a_freeze_away_is_told(planned: World) -> None:
    freeze = frozen(planned.product)
    db.session.refresh(freeze)
    # As another session still holds it.
    db.session.expunge(freeze)
    other = db.session.get(Freeze, freeze.id)
    assert other is not None
    remove_freeze(other, PLANNER, NOW)
    with pytest.raises(Refused, match="al weggehaald"):
        remove_freeze(freeze, PLANNER, NOW)
    kinds = db.session.scalars(select(Entry.kind).where(Entry.kind.like("freeze_%"))).all()
    assert sorted(kinds) == ["freeze_added", "freeze_removed"]


def test_freezes_that_are_over_are_paged_the_latest_first(planned: World) -> None:
    for day in (1, 3, 5):
        facts = FreezeFacts(f"2026-06-0{day}", f"2026-06-0{day}", "Druk", "Busy")
        add_freeze(planned.product, facts, PLANNER, local("2026-05-01T09:00"))
    frozen(planned.product)
    pages = [freezes_before(planned.product, NOW.date(), page, per_page=2) for page in (1, 2, 3)]
    assert [[one.from_on.day for one in page.rows] for page in pages] == [[5, 3], [1], []]
    assert {page.total for page in pages} == {3}
    assert [one.from_on for one in freezes_from(planned.product, NOW.date())] == [CLOSING[0]]
