"""What people fill in to give tenants a date together, and what customers fill in to have another one."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have

from entrypoints.forms import Checkboxes
from entrypoints.typed_dates import MomentField
from entrypoints.typed_periods import PeriodField

UPDATES: list[Any] = [SelectChoice("production", _("Production")), SelectChoice("acceptance", _("Acceptance"))]


class WaveForm(FlaskForm):
    revision = HiddenField()
    kind = RadioField(_("Which update"), choices=UPDATES, default="production", validate_choice=False)
    planned_at = MomentField(_("Updated on"))
    name = StringField(_("Name of the wave"), description=_("Such as Hospitals, or Second wave"))
    reason = StringField(_("Why these tenants have a date of their own"), description=_("It stays on record."))


class MoveWaveForm(FlaskForm):
    revision = HiddenField()
    planned_at = MomentField(_("Updated on"))


class DropWaveForm(FlaskForm):
    revision = HiddenField()


class AskDateForm(FlaskForm):
    asked_for = MomentField(_("The date you would like"))
    reason = StringField(_("Why"), description=_("Such as: we change our own systems that week. Our planners read it."))


class AnswerDateForm(FlaskForm):
    revision = HiddenField()
    answer = RadioField(
        _("Your answer"),
        choices=[
            SelectChoice("yes", _("Yes, it gets the date that it asked for")),
            SelectChoice("other", _("Propose another date")),
            SelectChoice("no", _("No")),
        ],
        validate_choice=False,
    )
    offered_at = MomentField(
        _("Date"),
        description=_("With yes the date that was asked for; another one is a proposal. Ignored if you answer No."),
    )
    words = TextAreaField(
        _("What the customer reads with it"), description=_("Needed where you say no or propose another date.")
    )


class ChoiceForm(FlaskForm):
    choice_window = PeriodField(
        _("For how long after the general date"),
        description=_("Such as 3 weeks or 21 days. Empty: customers cannot choose a date themselves."),
    )
    choice_days = Checkboxes(
        _("On these days"),
        choices=[
            SelectChoice("1", _("Monday")),
            SelectChoice("2", _("Tuesday")),
            SelectChoice("3", _("Wednesday")),
            SelectChoice("4", _("Thursday")),
            SelectChoice("5", _("Friday")),
            SelectChoice("6", _("Saturday")),
            SelectChoice("7", _("Sunday")),
        ],
        validate_choice=False,
    )
    choice_times = StringField(
        _("At these times"),
        description=_("Such as 06:00 20:00, four at most. Empty: at the time of the general date."),
    )
    choice_most = StringField(
        _("So many customers may choose the same day"),
        description=_("A whole number. Empty: any number. The general date is never full."),
        # A browser's own field for numbers sends nothing of what is no number, and nothing means any number.
        render_kw={"inputmode": "numeric"},
    )


class OwnDateForm(FlaskForm):
    revision = HiddenField()
    planned_at = MomentField(_("Updated on"))
    reason = StringField(_("Why this tenant has a date of its own"), description=_("It stays on record."))
