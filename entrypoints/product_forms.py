"""What people fill in of a product."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have
from wtforms.widgets import EmailInput, TelInput

from entrypoints.forms import Checkboxes

REMINDERS: list[Any] = [
    SelectChoice("P1M", _("one month")),
    SelectChoice("P2W", _("two weeks")),
    SelectChoice("P1W", _("one week")),
    SelectChoice("P3D", _("three days")),
    SelectChoice("P1D", _("one day")),
]


class ProductForm(FlaskForm):
    slug = StringField(
        _("Name in addresses"), description=_("Lower-case letters, digits and hyphens; cannot be changed later.")
    )
    name = StringField(_("Name"))
    timezone = StringField(_("Time zone"), default="Europe/Amsterdam")
    help_desk_email = StringField(_("Help desk: e-mail"), widget=EmailInput())
    help_desk_phone = StringField(_("Help desk: telephone"), widget=TelInput())
    help_desk_hours_nl = StringField(_("Help desk: hours, in Dutch"), description=_("Such as ma-vr 8.30-17.00 uur"))
    help_desk_hours_en = StringField(_("Help desk: hours, in English"), description=_("Such as Mon-Fri 8:30 am-5 pm"))
    report_prefixes = StringField(
        _("Numbers of reports begin with"),
        description=_("Such as INC-; several apart by a space. Empty: numbers in release notes are plain text."),
    )
    report_address = StringField(
        _("Address of a report"),
        description=_("Such as https://desk.example.com/{number}. Numbers in release notes then lead there."),
    )
    test_period = SelectField(_("Time to test between acceptance and production"), default="P2W", validate_choice=False)
    announce_ahead = SelectField(
        _("Notices leave this long before their deadline"), default="P1W", validate_choice=False
    )
    update_minutes = StringField(_("An update takes, in minutes"), default="60")
    restart_when_postponed = BooleanField(_("A postponement asks for the full notice again"))
    needs_approval = BooleanField(
        _("A second person approves what is announced"),
        description=_(
            "Notices, new dates and cancellations then wait for a manager who did not make the last change. "
            "Without it they leave by themselves."
        ),
    )
    remind_before = Checkboxes(
        _("Remind everybody this long before a change"),
        choices=REMINDERS,
        default=["P1W", "P1D"],
        validate_choice=False,
    )
    tells_start = BooleanField(_("Tell them when maintenance starts"), default=True)
    tells_longer = BooleanField(_("Tell them when maintenance takes longer"), default=True)
    tells_done = BooleanField(_("Tell them when maintenance is done"), default=True)
    public_calendar = BooleanField(
        _("Everybody may read when releases come"),
        description=_(
            "In a calendar with an address that is no secret. It holds the dates that customers were told, and nothing "
            "of any customer."
        ),
    )
    holidays_of = StringField(
        _("Planners see the public holidays of"),
        default="NL",
        description=_("A country, or a part of one, such as NL, BE or DE-BY. Empty: none."),
    )
