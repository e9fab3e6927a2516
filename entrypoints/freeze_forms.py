"""What people fill in about days without changes."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField

from entrypoints.typed_dates import DayField


class FreezeForm(FlaskForm):
    from_on = DayField(_("First day"))
    until_on = DayField(_("Up to and including"))
    reason_nl = StringField(_("Why, in Dutch"), description=_("Planners read it, customers do not."))
    reason_en = StringField(_("Why, in English"))
