"""What people fill in to announce something by hand, and to say what came of a call."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.widgets import TelInput

from entrypoints.tenants_field import tenants_field
from entrypoints.typed_dates import DayField


class BulletinForm(FlaskForm):
    revision = HiddenField()
    subject_nl = StringField(_("Subject in Dutch"))
    subject_en = StringField(_("Subject in English"))
    markdown_nl = TextAreaField(_("Text in Dutch, in Markdown"))
    markdown_en = TextAreaField(_("Text in English, in Markdown"))
    tenants = tenants_field()


class TermsForm(BulletinForm):
    document = StringField(
        _("Document"), description=_("Its name or its address, such as General terms, version of March 2027")
    )
    effective_on = DayField(
        _("Takes effect on"),
        description=_("Contacts are always told before this day (SLA 6.1)."),
    )


class DraftForm(FlaskForm):
    """A button that is about the draft that was read."""

    revision = HiddenField()


class CallForm(FlaskForm):
    outcome = StringField(_("What was said"))


class OtherCallForm(FlaskForm):
    name = StringField(_("Name"))
    phone = StringField(_("Telephone"), widget=TelInput())
    outcome = StringField(_("What was said"))
    # The button that was pressed.
    state = HiddenField()
