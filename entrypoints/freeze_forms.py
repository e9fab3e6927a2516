"""What people fill in about days without changes."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.widgets import DateInput


class FreezeForm(FlaskForm):
    from_on = StringField(_("First day"), widget=DateInput())
    until_on = StringField(_("Up to and including"), widget=DateInput())
    reason_nl = StringField(_("Why, in Dutch"), description=_("Planners read it, customers do not."))
    reason_en = StringField(_("Why, in English"))
