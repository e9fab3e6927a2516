"""What people fill in: labels and what was typed. The checks are the services' own, so that they exist once."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have
from wtforms.widgets import CheckboxInput, EmailInput, ListWidget, TelInput

from entrypoints.refusals import in_peoples_words
from entrypoints.tenants_field import tenants_field
from entrypoints.typed_dates import MomentField
from entrypoints.typed_periods import PeriodField
from schedules.reasons import Reason
from storage import Refused

LANGUAGE_NAMES: list[Any] = [SelectChoice("nl", _("Dutch")), SelectChoice("en", _("English"))]
IMPACTS: list[Any] = [
    SelectChoice("OUTAGE", _("not available")),
    SelectChoice("DEGRADED", _("slower than usual")),
    SelectChoice("REDUCED-REDUNDANCY", _("no reserve, nothing to notice")),
    SelectChoice("NO-IMPACT", _("nothing: nobody is mailed")),
]
ENVIRONMENTS: list[Any] = [SelectChoice("acceptance", _("Acceptance")), SelectChoice("production", _("Production"))]

REMINDERS: list[Any] = [
    SelectChoice("P1M", _("one month")),
    SelectChoice("P2W", _("two weeks")),
    SelectChoice("P1W", _("one week")),
    SelectChoice("P3D", _("three days")),
    SelectChoice("P1D", _("one day")),
]

_WAIVED = _("It stays on record; customers read it where a notice comes late.")
_EXCEPTION = _("Needed if it is less than a week ahead (customers then read it) or within service hours.")
_MISSED = _("Your customers read it in the mail.")


class Checkboxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ReleaseForm(FlaskForm):
    version = StringField(_("Version"), description=_("Such as 2027.1"))
    title_nl = StringField(_("Title in Dutch"))
    title_en = StringField(_("Title in English"))
    acceptance_at = MomentField(_("Acceptance is updated at"))
    production_at = MomentField(_("Production is updated at"))
    waiver_reason_nl = TextAreaField(_("Let it pass, because (in Dutch)"), description=_WAIVED)
    waiver_reason_en = TextAreaField(_("Let it pass, because (in English)"), description=_WAIVED)


class MoveReleaseForm(FlaskForm):
    revision = HiddenField()
    acceptance_at = MomentField(_("Acceptance is updated at"))
    production_at = MomentField(_("Production is updated at"))
    waiver_reason_nl = TextAreaField(_("Let it pass, because (in Dutch)"), description=_WAIVED)
    waiver_reason_en = TextAreaField(_("Let it pass, because (in English)"), description=_WAIVED)


class TitlesForm(FlaskForm):
    title_nl = StringField(_("Title in Dutch"))
    title_en = StringField(_("Title in English"))


class MaintenanceForm(FlaskForm):
    reference = StringField(_("Reference"), description=_("Such as M-2027-001"))
    starts_at = MomentField(_("Starts at"))
    ends_at = MomentField(_("Ends at"))
    environments = Checkboxes(_("Environments"), choices=ENVIRONMENTS)
    impact = SelectField(_("What customers notice"), choices=IMPACTS, validate_choice=False)
    reason_nl = StringField(_("What is done, in Dutch"))
    reason_en = StringField(_("What is done, in English"))
    tenants = tenants_field()
    exception_reason_nl = TextAreaField(_("Why it cannot be otherwise, in Dutch"), description=_EXCEPTION)
    exception_reason_en = TextAreaField(_("Why it cannot be otherwise, in English"), description=_EXCEPTION)


class MoveMaintenanceForm(FlaskForm):
    revision = HiddenField()
    starts_at = MomentField(_("Starts at"))
    ends_at = MomentField(_("Ends at"))
    exception_reason_nl = TextAreaField(_("Why it cannot be otherwise, in Dutch"), description=_EXCEPTION)
    exception_reason_en = TextAreaField(_("Why it cannot be otherwise, in English"), description=_EXCEPTION)


class LongerForm(FlaskForm):
    new_end = MomentField(_("Expected to be done at"))
    reason_nl = StringField(_("Why, in Dutch"), description=_("It may stay empty; customers read it."))
    reason_en = StringField(_("Why, in English"), description=_("It may stay empty; customers read it."))


class PatchForm(FlaskForm):
    version = StringField(_("Version"))
    deployed_at = MomentField(_("Deployed at"))
    urgent = BooleanField(_("It could not wait"))
    notes_nl = TextAreaField(_("What it fixes, in Dutch"))
    notes_en = TextAreaField(_("What it fixes, in English"))


class TenantForm(FlaskForm):
    slug = StringField(
        _("Name in addresses"), description=_("Lower-case letters, digits and hyphens; cannot be changed later.")
    )
    name = StringField(_("Name"))
    locale = SelectField(_("Language"), choices=LANGUAGE_NAMES, validate_choice=False)
    timezone = StringField(_("Time zone"), description=_("Empty: the product's. Such as Europe/London"))
    acceptance_notice = PeriodField(
        _("Notice of acceptance by agreement"), description=_("Empty: the SLA's. Such as 3 weeks")
    )
    production_notice = PeriodField(
        _("Notice of production by agreement"), description=_("Empty: the SLA's. Such as 2 months")
    )
    maintenance_notice = PeriodField(
        _("Notice of maintenance by agreement"), description=_("Empty: the SLA's. Such as 10 days")
    )
    ip_allowlist = TextAreaField(
        _("Let in from these addresses only"), description=_("IPv4 or IPv6, one a line. Empty: from everywhere.")
    )


class ContactForm(FlaskForm):
    name = StringField(_("Name"))
    email = StringField(_("E-mail"), widget=EmailInput())
    phone = StringField(_("Telephone"), widget=TelInput())
    locale = SelectField(_("Language"), choices=LANGUAGE_NAMES, validate_choice=False)


class VersionForm(FlaskForm):
    environment = SelectField(_("Environment"), choices=ENVIRONMENTS, validate_choice=False)
    version = StringField(_("Runs version"))
    # When the page was opened: a moment that stands as it was means now. An empty one may be half filled in, of which
    # a browser sends nothing.
    opened_at = HiddenField()
    installed_at = MomentField(_("Since"), description=_("Left as it is: now"))


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


class MissedForm(FlaskForm):
    reason_nl = TextAreaField(_("Tell them now although it is late, because (in Dutch)"), description=_MISSED)
    reason_en = TextAreaField(_("Tell them now although it is late, because (in English)"), description=_MISSED)


class OwnDateForm(FlaskForm):
    revision = HiddenField()
    planned_at = MomentField(_("Updated on"))
    reason = StringField(_("Why this tenant has a date of its own"), description=_("It stays on record."))


class ToldForm(FlaskForm):
    channel = SelectField(
        _("How"),
        choices=[SelectChoice("telephone", _("by telephone")), SelectChoice("letter", _("by letter"))],
        validate_choice=False,
    )
    person = StringField(_("Whom did you speak or write to?"))
    told_at = MomentField(_("When"))


class AlarmsByMailForm(FlaskForm):
    wanted = BooleanField(_("Send me alarms by mail"))


class WebhookForm(FlaskForm):
    url = StringField(_("Address"), description=_("Such as https://hooks.example.com/announcements"))
    events = Checkboxes(_("Send a message when"), validate_choice=False)
    product = SelectField(_("Of product"), validate_choice=False)
    tenant = StringField(
        _("Only of this tenant"),
        description=_("Its name, or the beginning of it. It never hears of another. Empty: of all."),
        render_kw={"list": "tenant-names", "autocomplete": "off"},
    )


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
