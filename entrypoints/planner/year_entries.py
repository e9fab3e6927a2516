"""The releases of a year as their page shows them: each with what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrypoints.forms import put_error, text
from entrypoints.guards import now
from entrypoints.plan_reading import release_asked
from entrypoints.presenting_breaches import breach_sentence, field_of
from entrypoints.year_forms import YearForm
from schedules.clashes import Clash
from schedules.ground import Ground
from schedules.in_the_way import in_the_way
from schedules.stricter import Deadline, deadline_of
from schedules.year_planning import Judged
from sla.terms import Change
from tenants.models import Product


@dataclass(frozen=True)
class Entry:
    """One of the releases on the page, with what is said of it."""

    place: int
    form: Any
    judged: Judged | None
    deadlines: list[Deadline]
    clashes: list[Clash]
    days_to_test: int
    # What stands in the fields, as far as it can be read.
    dates: Mapping[Change, datetime]

    @property
    def things_in_the_way(self) -> int:
        return len(self.clashes)

    @property
    def is_wrong(self) -> bool:
        return bool(self.form.errors or self.form.form_errors or (self.judged and not self.judged.is_good))


def entries_of(product: Product, form: YearForm, said: Mapping[int, Judged]) -> list[Entry]:
    ground = Ground.of(product, now())
    forms = [one.form for one in form.releases.entries]
    return [_entry(place, one, ground, said.get(id(one))) for place, one in enumerate(forms)]


def _entry(place: int, form: Any, ground: Ground, judged: Judged | None) -> Entry:
    if judged is not None and judged.refused is not None:
        put_error(form, judged.refused)
    typed = {name: text(form, name) for name in ("acceptance_at", "production_at")}
    dates = release_asked(typed, ground.product)[0].dates
    deadlines = [deadline_of(ground.product, change, moment) for change, moment in dates.items()]
    days = [moment.astimezone(ground.product.zone).date() for moment in dates.values()]
    days_to_test = (days[1] - days[0]).days if len(days) > 1 else 0
    clashes = in_the_way(ground, text(form, "version"), dates, now())
    return Entry(place, form, judged, deadlines, clashes, max(days_to_test, 0), dates)


def beside_fields(entries: list[Entry], product: Product) -> dict[str, list[str]]:
    """What is said beside each field; of what is not filled in yet nothing."""
    said: dict[str, list[str]] = {}
    for entry in entries:
        for field in entry.form:
            if field.errors and str(field.data or "").strip():
                said.setdefault(field.name, []).extend(map(str, field.errors))
        for breach in entry.judged.breaches if entry.judged else []:
            field = entry.form[field_of(breach)]
            said.setdefault(field.name, []).append(breach_sentence(breach, product))
    return said
