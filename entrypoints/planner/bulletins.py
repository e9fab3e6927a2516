"""Pages to look at and announce what a person announces by hand."""

from hashlib import sha256
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcements.bulletin_announcing import announce_bulletin
from announcements.bulletin_queries import audience_of, bulletin_years, bulletins_page, later_words
from announcements.bulletins import (
    MAY_WRITE,
    drop_bulletin,
)
from announcements.models import Bulletin, BulletinKind
from announcements.reach import Reach, reach_of
from announcements.reach_lists import reach_page
from entrypoints.bulletin_forms import DraftForm
from entrypoints.filters import asked_choice, asked_page, asked_text, asked_year, in_address
from entrypoints.forms import revision_of
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.planner.state_words import bulletin_kinds, bulletin_states
from evidence.actors import May
from release_notes.rendering import to_html
from storage import Refused, db
from storage.sought import sought_words
from tenants import checks
from tenants.models import LANGUAGES


@planner.get("/bulletins")
def bulletin_list() -> str:
    """What was announced by hand, by the page; filters stand in the address."""
    product = chosen_product()
    kind = asked_choice("kind", list(BulletinKind))
    state, year, words = asked_choice("state", ("draft", "announced", "dropped")), asked_year(), asked_text()
    found = bulletins_page(
        product,
        asked_page(),
        kind=BulletinKind(kind) if kind else None,
        state=state,
        year=year,
        words=sought_words(words),
    )
    return render_template(
        "planner/bulletins/list.html",
        product=product,
        found=found,
        reach=reach_of([one.id for one in found.rows]),
        years=bulletin_years(product),
        kinds=bulletin_kinds(),
        states=bulletin_states(),
        asked=in_address(kind=kind, state=state, year=year, words=words),
    )


@planner.get("/bulletins/<int:bulletin_id>")
def bulletin(bulletin_id: int) -> str:
    """A draft as it would leave; once announced, whom it has reached."""
    return bulletin_page(bulletin_or_404(bulletin_id))


@planner.get("/bulletins/<int:bulletin_id>/live")
def bulletin_live(bulletin_id: int) -> Response:
    """What changes on the page of an announced bulletin, 304 as long as it has not: an open page asks for it."""
    row = bulletin_or_404(bulletin_id)
    if row.announced_at is None:
        abort(404)
    html = render_template("planner/bulletins/_live.html", **_announced_parts(row))
    response = Response(html, mimetype="text/html")
    # The token of the forms is another at each answer.
    response.set_etag(sha256(html.replace(generate_csrf(), "").encode()).hexdigest()[:32])
    return response.make_conditional(request)


@planner.post("/bulletins/<int:bulletin_id>/announce")
def announce(bulletin_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    row = bulletin_or_404(bulletin_id)
    return act(
        DraftForm(),
        lambda: announce_bulletin(row, actor(), now(), revision=revision_of(DraftForm())),
        _("It is announced; the mails leave at once.")
        if row.kind is BulletinKind.URGENT
        else _("It is announced; the mails leave within a minute."),
        url_for("planner.bulletin", bulletin_id=bulletin_id),
    )


@planner.post("/bulletins/<int:bulletin_id>/drop")
def drop(bulletin_id: int) -> str | Response | tuple[str, int]:
    row = bulletin_or_404(bulletin_id)
    require_may(MAY_WRITE[row.kind])
    return act(
        DraftForm(),
        lambda: drop_bulletin(row, actor(), now(), revision=revision_of(DraftForm())),
        _("The draft is dropped: nobody gets it."),
        url_for("planner.bulletin_list", product=row.product.slug),
    )


def bulletin_page(row: Bulletin, calls: dict[str, Any] | None = None) -> str:
    """The page of one bulletin; ``calls`` are forms that were refused, by the tenant's or the call's place."""
    if row.announced_at is not None:
        return render_template("planner/bulletins/page.html", **_announced_parts(row) | {"refused": calls or {}})
    return render_template(
        "planner/bulletins/draft.html",
        **_parts(row),
        people=audience_of(row),
        may_write=actor().may(MAY_WRITE[row.kind]),
        needs_second=_needs_second(row),
        form=DraftForm(revision=str(row.revision)),
    )


def _parts(row: Bulletin) -> dict[str, Any]:
    previews = previews_of({one: row.markdown(one) for one in LANGUAGES})
    return {"bulletin": row, "product": row.product, "previews": previews, "words": later_words(row)}


def _announced_parts(row: Bulletin) -> dict[str, Any]:
    return _parts(row) | {
        "reach": reach_of([row.id]).get(row.id, Reach()),
        "found": reach_page(row, request.args.get("page", 1, type=int)),
        # A form stands on the page for whom to call now; another one is asked for, by its place.
        "opened": request.args.get("open", ""),
        "refused": {},
    }


def bulletin_or_404(bulletin_id: int) -> Bulletin:
    row = db.session.get(Bulletin, bulletin_id)
    if row is None:
        abort(404)
    return row


def _needs_second(row: Bulletin) -> bool:
    return row.product.needs_approval and row.kind is not BulletinKind.URGENT and row.written_by == actor().name


def previews_of(texts: dict[str, str]) -> dict[str, Markup]:
    """Markdown by language, as it is read."""
    # What was typed may be what the check refuses; what is shown is held to the same signs and length.
    shown = {}
    for one, words in texts.items():
        try:
            shown[one] = Markup(to_html(checks.markdown("markdown", words)))  # noqa: S704 - sanitised
        except Refused:
            shown[one] = Markup()
    return shown
