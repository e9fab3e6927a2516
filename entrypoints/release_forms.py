"""What people fill in of a release and its patches."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from entrypoints.typed_dates import MomentField

_WAIVED = _("It stays on record; customers read it where a notice comes late.")


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


class PatchForm(FlaskForm):
    version = StringField(_("Version"))
    deployed_at = MomentField(_("Deployed at"))
    urgent = BooleanField(_("It could not wait"))
    notes_nl = TextAreaField(_("What it fixes, in Dutch"))
    notes_en = TextAreaField(_("What it fixes, in English"))
