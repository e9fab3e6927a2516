"""Mails about a person's own account: who writes, what it is about, one button, what to do if it was not you."""

from dataclasses import dataclass, field
from datetime import datetime

import css_inline
from flask import current_app, render_template

from outbox.services import post_letter
from tenants.models import Product
from tenants.queries import products

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


@dataclass(frozen=True)
class AccountMail:
    """What it says, in the language that is in force when it is made."""

    subject: str
    headline: str
    why: str
    # None: of nobody's yet, such as a stranger's.
    product: Product | None
    # Empty where the reader's name is not known.
    name: str = ""
    paragraphs: list[str] = field(default_factory=list)
    # The one button and what stands in it; empty: nothing is left to do.
    link: str = ""
    link_label: str = ""
    # Below the button: what else, and what to do if it was not you.
    after: list[str] = field(default_factory=list)


def post(said: AccountMail, address: str, locale: str, now: datetime) -> None:
    """Queue a mail as text and as HTML, in the running transaction. ``locale`` is the language in force."""
    senders = [said.product] if said.product is not None else products()
    shown = {
        "said": said,
        "language": locale,
        "vendor": ", ".join(one.name for one in senders),
        "help_desk": list(dict.fromkeys(way for one in senders for way in one.help_desk(locale))),
    }
    plain, html = render_template("mail/account.txt", **shown), render_template("mail/account.html", **shown)
    post_letter(address, said.subject, plain, _inliner.inline(html), locale, now)


def address_of(path: str) -> str:
    """A page of ours as it stands in a mail."""
    return f"{current_app.config['BASE_URL']}{path}"
