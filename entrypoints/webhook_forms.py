"""What people fill in to have other systems told."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from entrypoints.forms import Checkboxes


class WebhookForm(FlaskForm):
    url = StringField(_("Address"), description=_("Such as https://hooks.example.com/announcements"))
    events = Checkboxes(_("Send a message when"), validate_choice=False)
    product = SelectField(_("Of product"), validate_choice=False)
    tenant = StringField(
        _("Only of this tenant"),
        description=_("Its name, or the beginning of it. It never hears of another. Empty: of all."),
        render_kw={"list": "tenant-names", "autocomplete": "off"},
    )
