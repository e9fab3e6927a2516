"""Pages to write what a person announces by hand."""

import re

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.bulletins import (
    MAY_WRITE,
    BulletinFacts,
    change_bulletin,
    checked_bulletin,
    draft_bulletin,
)
from announcements.models import Bulletin, BulletinKind
from entrypoints.bulletin_forms import BulletinForm, TermsForm
from entrypoints.forms import put_error, revision_of, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.planner.bulletins import bulletin_or_404, previews_of
from entrypoints.tenants_field import read_tenants
from storage import AllAtOnce, Refused, db
from tenants.models import LANGUAGES, Product
from tenants.naming import tenants_in


@planner.route("/bulletins/new/<bulletin_kind>", methods=["GET", "POST"])
def new_bulletin(bulletin_kind: str) -> str | Response | tuple[str, int]:
    """Write an urgent announcement, a newsletter or changed terms; ``?follows=`` tells the rest of an urgent one."""
    kind = _kind(bulletin_kind)
    require_may(MAY_WRITE[kind])
    follows = _followed(kind)
    product = follows.product if follows else chosen_product()
    form = _form(kind)
    if request.method == "GET" and follows:
        form.subject_nl.data, form.subject_en.data = follows.subject_nl, follows.subject_en
    if request.method == "POST" and request.form.get("step") == "save":
        try:
            facts = _facts(form, product, kind, follows)
            bulletin = draft_bulletin(product, kind, facts, actor(), now(), follows=follows)
            return redirect(url_for("planner.bulletin", bulletin_id=bulletin.id))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
    return _writing(form, kind, product, follows=follows)


@planner.route("/bulletins/<int:bulletin_id>/edit", methods=["GET", "POST"])
def edit_bulletin(bulletin_id: int) -> str | Response | tuple[str, int]:
    row = bulletin_or_404(bulletin_id)
    require_may(MAY_WRITE[row.kind])
    if not row.is_draft:
        flash(_("This can no longer be changed."), "danger")
        return redirect(url_for("planner.bulletin", bulletin_id=bulletin_id))
    form = _form(row.kind, row)
    if request.method == "POST" and request.form.get("step") == "save":
        try:
            facts = _facts(form, row.product, row.kind, row.follows)
            change_bulletin(row, facts, actor(), now(), revision=revision_of(form))
            flash(_("The draft is saved."), "success")
            return redirect(url_for("planner.bulletin", bulletin_id=bulletin_id))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
    row = bulletin_or_404(bulletin_id)
    return _writing(form, row.kind, row.product, bulletin=row, follows=row.follows)


def _writing(
    form: BulletinForm,
    kind: BulletinKind,
    product: Product,
    bulletin: Bulletin | None = None,
    follows: Bulletin | None = None,
) -> str | tuple[str, int]:
    if request.method == "POST":
        read_tenants(form, product)
    typed = {one: text(form, f"markdown_{one}") for one in LANGUAGES}
    page = render_template(
        "planner/bulletins/write.html",
        form=form,
        kind=kind,
        product=product,
        bulletin=bulletin,
        follows=follows,
        previews=previews_of(typed) if any(typed.values()) else {},
    )
    return (page, 422) if form.errors or form.form_errors else page


def _form(kind: BulletinKind, row: Bulletin | None = None) -> BulletinForm:
    form_of = TermsForm if kind is BulletinKind.TERMS else BulletinForm
    if row is None:
        return form_of()
    values = {name: getattr(row, name) for name in ("subject_nl", "subject_en", "markdown_nl", "markdown_en")}
    if row.effective_on is not None:
        values |= {"document": row.document, "effective_on": row.effective_on.isoformat()}
    names = "" if row.all_tenants else tenants_in(row.product, "\n".join(one.slug for one in row.tenants)).text
    return form_of(revision=str(row.revision), tenants=names, **values)


def _facts(form: BulletinForm, product: Product, kind: BulletinKind, follows: Bulletin | None) -> BulletinFacts:
    """Read the form. Raises Refused for all that cannot be used."""
    named = read_tenants(form, product)
    terms = {name: text(form, name) for name in ("document", "effective_on") if name in form}
    facts = BulletinFacts(
        subject_nl=text(form, "subject_nl"),
        subject_en=text(form, "subject_en"),
        markdown_nl=text(form, "markdown_nl"),
        markdown_en=text(form, "markdown_en"),
        tenants=tuple(named.slugs),
        **terms,
    )
    with AllAtOnce() as each:
        each(named.check)
        each(checked_bulletin, product, kind, facts, now(), all_tenants=follows is not None)
    return facts


def _kind(name: str) -> BulletinKind:
    if name not in {one.value for one in BulletinKind}:
        abort(404)
    return BulletinKind(name)


def _followed(kind: BulletinKind) -> Bulletin | None:
    """The urgent bulletin that this one tells the rest of, where the address names one."""
    asked = request.args.get("follows", "")
    if not asked:
        return None
    row = db.session.get(Bulletin, int(asked)) if re.fullmatch(r"[0-9]{1,9}", asked) else None
    if row is None or kind is not BulletinKind.URGENT or row.kind is not kind or row.announced_at is None:
        abort(404)
    return row
