"""Where everything of a year stands in its drawing: months are columns, each release has a row."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from entrypoints.planner.year_crowds import words_of_all
from entrypoints.planner.year_scale import LEFT, PLOT, WIDTH, Scale, rounded
from entrypoints.planner.year_shapes import FOOT, Drawing, Line, Row, Shape
from entrypoints.planner.year_words import Words, short_day
from schedules.models import MaintenanceWindow, Release
from schedules.special_days import DayKind, SpecialDay
from schedules.year import Mark, MarkKind, Year
from sla.terms import RELEASES_PER_YEAR, Change
from tenants.models import Product

HEAD = 52
DAYS_LANE = 36
ROW, FREE_ROW, LAST_ROW = 80, 34, 70
# Within a row: the changes on the upper lane, the notice of production below it.
UPPER, LOWER = 30, 60
# Of what is said at the edges, between the two.
EDGE = 18
# What a day takes beside its mark, in the widest letters that a browser may choose, with some room.
LABEL = 46


def drawing_of(year: Year, crowds: list[list[Mark]], scale: Scale, product: Product, now: datetime) -> Drawing:
    """Lay a year out. The shapes come in order of time, as the keyboard goes through them."""
    rows = _rows(year)
    drawing = Drawing(
        WIDTH,
        rows[-1].y + rows[-1].height + FOOT,
        rows,
        _months(year.number, scale),
        [_tint(mark, scale) for mark in year.marks if mark.kind is MarkKind.DAY],
        today=scale(now) if year.begins_at <= now < year.ends_at else None,
    )
    place = {id(row.release): row for row in rows if row.release is not None}
    for row in place.values():
        _connect(drawing, row, year, scale, product)
    for marks in crowds:
        row, words = place.get(id(marks[0].about), rows[-1]), words_of_all(marks, year, product, now)
        first, *more = [_shape(mark, row, scale, words, product) for mark in marks]
        drawing.shapes.append(replace(first, more=tuple((one.symbol, one.x, one.width) for one in more)))
    return drawing


def _rows(year: Year) -> list[Row]:
    """From the top: what the year before left, the slots in order of production, what the next year begins with."""
    taken = [one for one in year.slots if one is not None]
    free = sorted(set(range(1, RELEASES_PER_YEAR + 1)) - {one.slot for one in taken})
    earlier = [one for one in year.beside if one.year < year.number]
    later = [one for one in year.beside if one.year > year.number]
    slots: list[tuple[int | None, Release | None]] = [(None, one) for one in earlier]
    slots += [(one.slot, one) for one in taken]
    slots += [(number, None) for number in free]
    slots += [(None, one) for one in later]
    found, y = [], HEAD
    for number, release in slots:
        height = FREE_ROW if release is None else ROW
        found.append(Row(y, height, release, number))
        y += height
    return [*found, Row(y, LAST_ROW, maintenance=True)]


def _months(year: int, scale: Scale) -> list[tuple[float, float, date]]:
    edges = [scale.day(date(year, month, 1)) for month in range(1, 13)] + [float(LEFT + PLOT)]
    return [
        (edges[month - 1], rounded(edges[month] - edges[month - 1]), date(year, month, 1)) for month in range(1, 13)
    ]


def _tint(mark: Mark, scale: Scale) -> tuple[str, float, float]:
    kind = mark.about.kind.value if isinstance(mark.about, SpecialDay) else ""
    return kind, scale(mark.at), rounded(scale(mark.until) - scale(mark.at))


def _connect(drawing: Drawing, row: Row, year: Year, scale: Scale, product: Product) -> None:
    """Draw what holds a release's marks together: from each notice to its change, and the dates of tenants' own."""
    release = row.release
    if release is None:
        return
    upper, lower = row.y + UPPER, row.y + LOWER
    acceptance, production = scale(release.acceptance_at), scale(release.production_at)
    for mark in year.of(release):
        x = scale(mark.at)
        if (
            mark.kind is MarkKind.NOTICE
            and mark.told is not None
            and mark.told.last_deadline != mark.told.first_deadline
        ):
            # Where the last tenant must have been told, whose agreement asks for less.
            last, y = scale(mark.told.last_deadline), upper if mark.change is Change.ACCEPTANCE else lower
            drawing.lines.append(Line(str(mark.change), f"{last},{y - 5} {last},{y + 5}"))
        if mark.kind is MarkKind.NOTICE and mark.change is Change.ACCEPTANCE:
            drawing.lines.append(Line("acceptance", f"{x},{upper} {acceptance},{upper}"))
        elif mark.kind is MarkKind.NOTICE:
            drawing.lines.append(Line("production", f"{x},{lower} {production},{lower} {production},{upper}"))
        elif mark.own is not None:
            y = upper if mark.change is Change.ACCEPTANCE else lower
            general = acceptance if mark.change is Change.ACCEPTANCE else production
            first, last = min(x, general), max(scale(mark.own.last_at), general)
            drawing.lines.append(Line("own", f"{first},{y + 9} {last},{y + 9}"))
    if release.acceptance_at < year.begins_at <= release.production_at:
        day = _with_year(release.acceptance_at, product)
        drawing.edges.append((LEFT + 4, upper + EDGE, "start", f"\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK} {day}"))
    if release.production_at >= year.ends_at:
        day = _with_year(release.production_at, product)
        drawing.edges.append(
            (LEFT + PLOT - 6, upper + EDGE, "end", f"{day} \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}")
        )


def _shape(mark: Mark, row: Row, scale: Scale, words: Words, product: Product) -> Shape:
    x = scale(mark.at)
    said: dict[str, Any] = {"name": words.name, "href": words.href}
    if isinstance(mark.about, SpecialDay):
        freeze = mark.about.kind is DayKind.FREEZE
        return Shape("freeze" if freeze else "holiday", x, DAYS_LANE, width=max(_wide(mark, scale), 3), **said)
    if isinstance(mark.about, MaintenanceWindow):
        if mark.kind is MarkKind.CHANGE:
            return Shape("maintenance", x, row.y + UPPER - 6, width=max(_wide(mark, scale), 6), **said)
        return Shape(_notice_symbol(mark), x, row.y + LOWER - 4, **said)
    upper = mark.change is not Change.PRODUCTION
    y = row.y + (UPPER if upper else LOWER)
    if mark.kind is MarkKind.TESTING:
        return Shape("testing", x, row.y + UPPER, width=max(_wide(mark, scale), 1), **said)
    if mark.kind is MarkKind.OWN_DATES:
        return Shape(f"own-{mark.change}", max(x, LEFT), y + 9, **said)
    if mark.kind is MarkKind.CHANGE:
        y = row.y + UPPER
        label = _label(mark, x, y - 12, product) | _moved_apart(mark, scale)
        return Shape(str(mark.change), x, y, **said, **label)
    label = _label(mark, x, y + 18, product)
    if upper:
        # Before it there is nothing, but two weeks on its acceptance.
        before = x > LEFT + 50
        label |= {"label_x": rounded(x - 11), "label_y": y + 4, "anchor": "end"} if before else {"label_y": y - 12}
    return Shape(_notice_symbol(mark), x, y, **said, **label)


def _label(mark: Mark, x: float, y: float, product: Product) -> dict[str, Any]:
    """The day of a mark beside it, turned inwards at the edges."""
    anchor = "start" if x < LEFT + 20 else "end" if x > LEFT + PLOT - 20 else "middle"
    at = {"start": max(x - 6, LEFT + 2), "middle": x, "end": x + 6}[anchor]
    return {
        "label": short_day(mark.at.astimezone(product.zone)),
        "label_x": rounded(at),
        "label_y": y,
        "anchor": anchor,
    }


def _moved_apart(mark: Mark, scale: Scale) -> dict[str, Any]:
    """Where the days of acceptance and production end and begin that would lie over each other: half way."""
    if not isinstance(mark.about, Release):
        return {}
    acceptance, production = scale(mark.about.acceptance_at), scale(mark.about.production_at)
    middle = (acceptance + production) / 2
    if production - acceptance >= LABEL or middle in {LEFT, LEFT + PLOT}:
        return {}
    before = mark.change is Change.ACCEPTANCE
    return {"label_x": rounded(middle - 3 if before else middle + 3), "anchor": "end" if before else "start"}


def _notice_symbol(mark: Mark) -> str:
    return f"told-{mark.told.how_far}" if mark.told is not None else "told-planned"


def _wide(mark: Mark, scale: Scale) -> float:
    return rounded(scale(mark.until) - scale(mark.at))


def _with_year(moment: datetime, product: Product) -> str:
    local = moment.astimezone(product.zone)
    return f"{short_day(local)} {local.year}"
