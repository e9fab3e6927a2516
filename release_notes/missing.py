"""What a release's notes still lack, in words: a language, a title, or what one language has and the other has not."""

import re
from collections.abc import Collection, Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from release_notes.image_names import names_in
from release_notes.rendering import to_html
from release_notes.report_links import numbers_like
from schedules.models import Release
from tenants.models import LANGUAGES

_HEADING = re.compile(r"<h[2-6][ >]")
_BARE_IMAGE = re.compile(r"!\[\s*\]\(")
MOST_NAMED = 5


def missing_of(release: Release, texts: Mapping[str, str], images: Collection[str]) -> list[str]:
    """Return a sentence for each thing that is missing or differs, the heaviest first; empty where all is there.

    ``images`` are the names of the pictures that the release has.
    """
    names = {"nl": _("Dutch"), "en": _("English")}
    titles = {"nl": release.title_nl, "en": release.title_en}
    said = [
        _("%(language)s: there are no notes yet.", language=names[one])
        for one in LANGUAGES
        if not texts.get(one, "").strip()
    ]
    said += [
        _("%(language)s: the release has no title.", language=names[one])
        for one in LANGUAGES
        if not titles[one].strip()
    ]
    written = {one: texts[one] for one in LANGUAGES if texts.get(one, "").strip()}
    for one, text in written.items():
        if _BARE_IMAGE.search(text):
            said.append(_("%(language)s: a picture has no words for those who do not see it.", language=names[one]))
        if names_in([text]) - set(images):
            said.append(_("%(language)s: a picture is named that is not here.", language=names[one]))
    if len(written) == len(LANGUAGES):
        said += _differences(release, written, names)
    return said


def _differences(release: Release, texts: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    said = []
    headings = {one: len(_HEADING.findall(to_html(text))) for one, text in texts.items()}
    pictures = {one: len(names_in([text])) for one, text in texts.items()}
    fewer = min(headings, key=headings.__getitem__)
    number = max(headings.values()) - headings[fewer]
    if number:
        said.append(
            ngettext(
                "%(language)s has %(num)d heading less.",
                "%(language)s has %(num)d headings less.",
                number,
                language=names[fewer],
            )
        )
    fewer = min(pictures, key=pictures.__getitem__)
    number = max(pictures.values()) - pictures[fewer]
    if number:
        said.append(
            ngettext(
                "%(language)s has %(num)d picture less.",
                "%(language)s has %(num)d pictures less.",
                number,
                language=names[fewer],
            )
        )
    if release.product.report_prefixes:
        said += _unnamed(release.product.report_prefixes, texts, names)
    return said


def _unnamed(prefixes: str, texts: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    """The numbers of reports that one language names and the other does not."""
    found = {one: dict.fromkeys(numbers_like(prefixes).findall(text)) for one, text in texts.items()}
    said = []
    for one in texts:
        others = [number for other in texts for number in found[other] if number not in found[one]]
        if others:
            shown = ", ".join(others[:MOST_NAMED]) + (", …" if len(others) > MOST_NAMED else "")
            said.append(_("%(language)s does not name %(numbers)s.", language=names[one], numbers=shown))
    return said
