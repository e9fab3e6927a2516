"""What people fill in to write release notes."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField

from entrypoints.forms import text
from tenants.models import LANGUAGES

PICTURES = "image/png,image/jpeg,image/gif,image/webp"


class NotesForm(FlaskForm):
    """Both languages, each with the revision that the page was made from."""

    revision_nl = HiddenField()
    revision_en = HiddenField()
    markdown_nl = TextAreaField(_("Dutch, in Markdown"))
    markdown_en = TextAreaField(_("English, in Markdown"))
    image = FileField(
        _("Picture"), description=_("PNG, JPEG, GIF or WebP, 2 MB at most."), render_kw={"accept": PICTURES}
    )
    alt_nl = StringField(
        _("What it shows, in Dutch"), description=_("Who does not see the picture reads or hears this.")
    )
    alt_en = StringField(_("What it shows, in English"))


class PublishForm(FlaskForm):
    """A button that is about what was seen of both languages."""

    revision_nl = HiddenField()
    revision_en = HiddenField()


class RestoreForm(FlaskForm):
    """A button that is about the newest version that was seen."""

    revision = HiddenField()


def revisions_of(form: FlaskForm) -> dict[str, int]:
    """The revisions that the page was made from; -1, which is nobody's, where that was tampered with."""
    typed = {one: text(form, f"revision_{one}") for one in LANGUAGES}
    return {
        one: int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
        for one, number in typed.items()
    }
