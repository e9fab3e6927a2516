"""What people fill in of a tenant, its contacts and what it runs."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.widgets import EmailInput, TelInput

from entrypoints.forms import ENVIRONMENTS, LANGUAGE_NAMES
from entrypoints.typed_dates import MomentField
from entrypoints.typed_periods import PeriodField


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
