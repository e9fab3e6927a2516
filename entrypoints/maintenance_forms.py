"""What people fill in of maintenance."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have

from entrypoints.forms import ENVIRONMENTS, Checkboxes
from entrypoints.tenants_field import tenants_field
from entrypoints.typed_dates import MomentField

IMPACTS: list[Any] = [
    SelectChoice("OUTAGE", _("not available")),
    SelectChoice("DEGRADED", _("slower than usual")),
    SelectChoice("REDUCED-REDUNDANCY", _("no reserve, nothing to notice")),
    SelectChoice("NO-IMPACT", _("nothing: nobody is mailed")),
]


_EXCEPTION = _("Needed if it is less than a week ahead (customers then read it) or within service hours.")


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
