"""From content to a letter: subject, text and HTML, once per announcement and language."""

from datetime import datetime

import css_inline
from flask import current_app, render_template
from markupsafe import Markup

from announcements.contents import Content
from announcements.fields import laid_in
from outbox.models import Letter
from release_notes.plain import to_plain
from release_notes.rendering import to_html
from release_notes.showing import mail_html, mail_plain

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


def letter_of(
    content: Content,
    language: str,
    thread: str,
    now: datetime,
    announcement_id: int | None = None,
    calendar: str = "",
) -> Letter:
    """Render a letter; what is the reader's own stays open until it is sent."""
    shared = {"content": content, "language": language, "link": laid_in("link"), "name": laid_in("name")}
    shared["unsubscribe"] = laid_in("unsubscribe")
    base_url = current_app.config["BASE_URL"]
    html = render_template(
        "mail/letter.html",
        notes=Markup(mail_html(content.notes, content.product, base_url)),  # noqa: S704 - sanitised
        text=Markup(to_html(content.text)),  # noqa: S704 - sanitised
        **shared,
    )
    return Letter(
        announcement_id=announcement_id,
        language=language,
        subject=content.subject,
        plain=render_template(
            "mail/letter.txt", notes=mail_plain(content.notes, base_url), text=to_plain(content.text), **shared
        ),
        html=_inliner.inline(html),
        thread=thread,
        calendar=calendar,
        created_at=now,
    )
