"""What people fill in to plan several releases at once."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, StringField

from entrypoints.typed_dates import MomentField
from sla.terms import RELEASES_PER_YEAR


class OneReleaseForm(Form):
    """One release of several; whoever sends the page vouches for all of them at once."""

    wanted = BooleanField(_("Plan this one"))
    version = StringField(_("Version"))
    title_nl = StringField(_("Title in Dutch"), description=_("It may come later."))
    title_en = StringField(_("Title in English"), description=_("It may come later."))
    acceptance_at = MomentField(_("Acceptance is updated at"))
    production_at = MomentField(_("Production is updated at"))


class YearForm(FlaskForm):
    releases = FieldList(FormField(OneReleaseForm), max_entries=RELEASES_PER_YEAR)
