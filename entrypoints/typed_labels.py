"""What the form that sent some values called its fields."""

import sys
from collections.abc import Iterator
from typing import Any

from flask import current_app, request
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectFieldBase

# In the place of a label: nobody typed it, and its value is no word of anybody's language.
CHOSEN = ""


def labels_typed() -> dict[str, str]:
    """The labels of the fields that were just sent, by name, as the forms that their view knows have them.

    Where several of these have a field of one name, it is that of the form of which most was sent. What is chosen,
    ticked or hidden has none (``CHOSEN``). A name that none of them has is not there: no field of theirs sent it.
    """
    view = current_app.view_functions[request.endpoint or ""]
    forms = [_labels(kind) for kind in vars(sys.modules[view.__module__]).values() if _is_form(kind)]
    found: dict[str, str] = {}
    for labels in sorted(forms, key=_sent):
        found |= labels
    return found


def _sent(labels: dict[str, str]) -> tuple[int, float]:
    """How many fields of a form were sent, and what part of all that it has."""
    number = sum(name in request.form for name in labels)
    return number, number / len(labels) if labels else 0.0


def _is_form(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, FlaskForm)


def _labels(kind: type[FlaskForm]) -> dict[str, str]:
    return dict(_called(kind(request.form, meta={"csrf": False})))


def _called(fields: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Names and labels of what somebody fills in; of forms within a form, each with its number."""
    for one in fields:
        if isinstance(one, FieldList):
            for number, entry in enumerate(one, 1):
                yield from _called(entry, f"{number}. ")
        elif isinstance(one, FormField):
            yield from _called(one, before)
        elif isinstance(one, SelectFieldBase | BooleanField | HiddenField):
            yield one.name, CHOSEN
        else:
            yield one.name, f"{before}{one.label.text}"
