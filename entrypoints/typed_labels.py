"""What the form that sent some values called its fields."""

from collections.abc import Iterator
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import FieldList, FormField, HiddenField, SelectFieldBase

# In the place of a label: nobody typed it, and its value is no word of anybody's language.
CHOSEN = ""


def labels_typed() -> dict[str, str]:
    """The labels of the fields that were just sent, by name: as that form of ours has them of which most was sent.

    One field alone has only a label where all forms agree on it: it may be something else in another. What is chosen
    from a list has none (``CHOSEN``).
    """
    forms = [_labels(kind) for kind in _kinds(FlaskForm) if kind.__module__.startswith("entrypoints.")]
    agreed: dict[str, str] = {}
    for name in request.form:
        called = {labels[name] for labels in forms if name in labels}
        if len(called) == 1:
            agreed[name] = called.pop()
    likeliest = max(forms, key=_sent, default={})
    return agreed | likeliest if _sent(likeliest)[0] > 1 else agreed


def _sent(labels: dict[str, str]) -> tuple[int, float]:
    """How many fields of a form were sent, and what part of all that it has."""
    number = sum(name in request.form for name in labels)
    return number, number / len(labels) if labels else 0.0


def _kinds(kind: type[FlaskForm]) -> Iterator[type[FlaskForm]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)


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
        elif isinstance(one, SelectFieldBase):
            yield one.name, CHOSEN
        elif not isinstance(one, HiddenField):
            yield one.name, f"{before}{one.label.text}"
