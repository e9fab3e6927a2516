"""What a bulletin says as a mail: the words of the person who wrote it, and why its reader gets it."""

from babel.dates import format_date
from flask_babel import gettext as _

from announcements.contents import Content
from announcements.fields import laid_in
from announcements.models import Bulletin, BulletinKind
from tenants.models import Product


def of_bulletin(bulletin: Bulletin, language: str) -> Content:
    """The mail of a bulletin, in the language that is in force: ``language``."""
    product, subject = bulletin.product, bulletin.subject(language)
    named = {"product": product.name, "subject": subject}
    facts, todo, stop = [(_("Organisation"), laid_in("tenant"))], "", ""
    if bulletin.kind is BulletinKind.URGENT:
        subject_line = (
            _("[%(product)s] Urgent, how it stands: %(subject)s", **named)
            if bulletin.follows_id
            else _("[%(product)s] Urgent: %(subject)s", **named)
        )
        why = _why_urgent(product)
    elif bulletin.kind is BulletinKind.TERMS:
        day = format_date(bulletin.effective_on, "EEE d MMMM y", locale=language) if bulletin.effective_on else ""
        subject_line = _("[%(product)s] Changed terms from %(day)s: %(subject)s", day=day, **named)
        facts += [(_("Document"), bulletin.document), (_("Takes effect on"), day)]
        todo = _("You do not need to do anything. Do you have questions? Ask the help desk before this date.")
        todo += laid_in("exception")
        why = _why_terms(product)
    else:
        subject_line = _("[%(product)s] Newsletter: %(subject)s", **named)
        facts, stop = [], _("Stop the newsletter")
        why = _why_newsletter(product)
    return Content(
        subject=subject_line,
        headline=subject,
        facts=facts,
        todo=todo,
        link_label=_("Read it on the portal"),
        why=why,
        product=product,
        text=bulletin.markdown(language),
        stop=stop,
        help_desk=product.help_desk(language),
    )


def _why_urgent(product: Product) -> str:
    return _(
        "You get this because you are a contact of %(tenant)s for %(product)s. In urgent matters we tell contacts "
        "directly (SLA 4.1), so it cannot be switched off. You change contacts on the portal.",
        tenant=laid_in("tenant"),
        product=product.name,
    )


def _why_terms(product: Product) -> str:
    return _(
        "You get this because you are a contact of %(tenant)s for %(product)s. We always tell contacts ahead of "
        "changed terms (SLA 6.1), so it cannot be switched off. You change contacts on the portal.",
        tenant=laid_in("tenant"),
        product=product.name,
    )


def _why_newsletter(product: Product) -> str:
    return _(
        "You get this newsletter because you are a contact of %(tenant)s for %(product)s (SLA 5.4). Without it you "
        "still get the notices that belong to the service level agreement.",
        tenant=laid_in("tenant"),
        product=product.name,
    )
