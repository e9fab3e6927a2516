"""What people fill in of a notice: whom they told by telephone, and why it goes out late."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have

from entrypoints.typed_dates import MomentField

_MISSED = _("Your customers read it in the mail.")


class MissedForm(FlaskForm):
    reason_nl = TextAreaField(_("Tell them now although it is late, because (in Dutch)"), description=_MISSED)
    reason_en = TextAreaField(_("Tell them now although it is late, because (in English)"), description=_MISSED)


class ToldForm(FlaskForm):
    channel = SelectField(
        _("How"),
        choices=[SelectChoice("telephone", _("by telephone")), SelectChoice("letter", _("by letter"))],
        validate_choice=False,
    )
    person = StringField(_("Whom did you speak or write to?"))
    told_at = MomentField(_("When"))
