"""What people fill in: labels and what was typed. The checks are the services' own, so that they exist once."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have
from wtforms.widgets import CheckboxInput, ListWidget

from entrypoints.refusals import in_peoples_words
from schedules.reasons import Reason
from storage import Refused

LANGUAGE_NAMES: list[Any] = [SelectChoice("nl", _("Dutch")), SelectChoice("en", _("English"))]
ENVIRONMENTS: list[Any] = [SelectChoice("acceptance", _("Acceptance")), SelectChoice("production", _("Production"))]


class Checkboxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class EmptyForm(FlaskForm):
    """A button."""


def put_error(form: FlaskForm, refused: Refused) -> None:
    """Show all that a service refused beside its fields; above the form what the form has no field for."""
    for one in refused.all:
        field: Field | None = form._fields.get(one.field)
        said = in_peoples_words(one)
        if field is None or isinstance(field, HiddenField):
            form.form_errors.append(said)
        elif said not in field.errors:
            field.errors = [*field.errors, said]


def revision_of(form: FlaskForm) -> int:
    """The revision that the page was made from; 0, which is nobody's, where that was tampered with."""
    typed = text(form, "revision")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def read_in(form: FlaskForm, name: str, language: str) -> None:
    """Say beside a field, whose words one reader gets as they are, in which language that one reads."""
    advice = (
        _("Write it in Dutch, the language of who reads it.")
        if language == "nl"
        else _("Write it in English, the language of who reads it.")
    )
    form[name].description = f"{form[name].description} {advice}"


def reason_typed(form: FlaskForm, name: str) -> Reason:
    """A reason, of the two fields in which it is typed."""
    return Reason(nl=text(form, f"{name}_nl"), en=text(form, f"{name}_en"))


def text(form: FlaskForm, name: str) -> str:
    """What was typed in a field."""
    value: Any = form[name].data
    return value if isinstance(value, str) else ""
