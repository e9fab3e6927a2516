"""Forms about accounts that are asked for. The checks are the services' own."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.widgets import EmailInput


class AccountRequestForm(FlaskForm):
    name = StringField(_("Your name"), render_kw={"autocomplete": "name"})
    email = StringField(
        _("Your e-mail address at work"),
        description=_("We mail a link to it, to be sure that it is yours."),
        widget=EmailInput(),
        render_kw={"autocomplete": "email"},
    )
    organisation = StringField(
        _("Your organisation"),
        description=_("As you and your colleagues call it."),
        render_kw={"autocomplete": "organization"},
    )


class RefusalForm(FlaskForm):
    reason = TextAreaField(_("Refuse it, because"), description=_("Who asked reads this in a mail."))
