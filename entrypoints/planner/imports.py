"""Bring in files by page: choose one, read what it would do, then let it in.

In between the file lies in the page alone: what nobody lets in leaves no people's addresses behind.
"""

import csv
from io import StringIO
from typing import Any

from babel.numbers import format_decimal
from flask import Response as File
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from entrypoints.forms import put_error
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.imports.findings import Findings, printable
from entrypoints.imports.running import KINDS, columns_of, import_text, untold_findings
from entrypoints.planner.blueprint import planner
from entrypoints.planner.import_changes import MOST_SHOWN, Standing
from entrypoints.planner.import_guide import GUIDES
from entrypoints.presenting import language
from entrypoints.told_sheet import SEPARATORS
from storage import Refused, db
from tenants.history import TakenOver
from tenants.models import Product

LARGEST = 1024 * 1024
MOST_ROWS = 5000


class FileForm(FlaskForm):
    file = FileField(lazy_gettext("The file"), render_kw={"accept": ".csv,text/csv"})


@planner.get("/import")
def imports() -> str:
    """Which files can be brought in, in the order in which they are."""
    product = chosen_product()
    return render_template("planner/imports/list.html", product=product, guides=GUIDES, kinds=KINDS)


@planner.route("/import/<table>", methods=["GET", "POST"])
def import_page(table: str) -> str | Response | tuple[str, int]:
    """What a file must look like; of one that was sent, what it would do; of one that was read, that it is done."""
    if table not in GUIDES:
        abort(404)
    require_may(KINDS[table].may)
    product = chosen_product()
    form: Any = FileForm()
    if request.method == "GET":
        return _page(table, product, form)
    check = "rows" not in request.form
    standing = Standing(table, product)
    look = standing.look if check else untold_findings
    try:
        name, data = _sent()
        findings = import_text(
            table, name, data, actor(), now(), only=product.slug, check=check, most=MOST_ROWS, look=look
        )
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        return _page(table, chosen_product(), form), 422
    if findings.problems:
        return _page(table, chosen_product(), form, name=name, problems=findings.in_order()), 422
    if not check:
        flash(_("%(name)s is in: %(counts)s.", name=name, counts=counts_in_words(findings)), "success")
        return redirect(url_for("planner.import_page", table=table, product=product.slug))
    return _would_be(table, name, data, findings, standing)


@planner.get("/import/<table>/<example>.csv")
def import_example(table: str, example: str) -> File:
    """A file to begin with: the names of the columns alone, or with rows as they may be."""
    if table not in GUIDES or example not in {"empty", "example"}:
        abort(404)
    product, columns, file = chosen_product(), GUIDES[table].columns, StringIO()
    # A spreadsheet that is set to the language opens it in columns; either is read here.
    writer = csv.writer(file, delimiter=SEPARATORS.get(language(), ","), lineterminator="\r\n")
    writer.writerow(columns)
    for row in _rows(table, product) if example == "example" else ():
        writer.writerow(row.values())
    return File(
        "\ufeff" + file.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{table}-{example}.csv"'},
    )


def counts_in_words(findings: Findings) -> str:
    """How many rows are new, changed and as they were."""
    words = {
        TakenOver.NEW: _("%(num)d new", num=findings.counts[TakenOver.NEW]),
        TakenOver.CHANGED: _("%(num)d changed", num=findings.counts[TakenOver.CHANGED]),
        TakenOver.UNCHANGED: _("%(num)d as they were", num=findings.counts[TakenOver.UNCHANGED]),
    }
    return ", ".join(words.values())


def _rows(table: str, product: Product) -> list[dict[str, str]]:
    """Rows as they may be, of this very product."""
    own, guide = {"product": product.slug}, GUIDES[table]
    return [{name: own.get(name, cell) for name, cell in zip(guide.columns, row, strict=True)} for row in guide.rows]


def _examples(table: str, product: Product) -> dict[str, str]:
    """What may stand in each column; empty where none of the examples has anything there."""
    rows = _rows(table, product)
    return {name: next((row[name] for row in rows if row[name]), "") for name in GUIDES[table].columns}


def _sent() -> tuple[str, bytes]:
    """The name and the octets of the file, or of one that was read and is sent again. Raises Refused without any."""
    if "rows" in request.form:
        return request.form.get("name", "")[:200] or "file.csv", request.form["rows"].encode(errors="replace")
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused("file", _("Choose a file."))
    data = file.stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        most = LARGEST // 1024 // 1024
        raise Refused(
            "file", _("This file has more than %(most)d MB. Divide it, or bring it in on the server.", most=most)
        )
    return file.filename[:200], data


def _would_be(table: str, name: str, data: bytes, findings: Findings, standing: Standing) -> str:
    product = chosen_product()
    changes = standing.changes(findings)
    db.session.rollback()
    return render_template(
        "planner/imports/check.html",
        product=product,
        table=table,
        guide=GUIDES[table],
        name=name,
        rows=data.decode("utf-8-sig"),
        number=len(findings.outcomes),
        counts=counts_in_words(findings),
        changes=changes,
        left_off=len(findings.outcomes) - findings.counts[TakenOver.UNCHANGED] - len(changes),
    )


def _page(table: str, product: Product, form: FileForm, **found: Any) -> str:
    return render_template(
        "planner/imports/page.html",
        product=product,
        table=table,
        guide=GUIDES[table],
        guides=GUIDES,
        examples=_examples(table, product),
        required=columns_of(table, product.slug).required,
        form=form,
        printable=printable,
        most_rows=format_decimal(MOST_ROWS, locale=language()),
        most_size=LARGEST // 1024 // 1024,
        most_shown=MOST_SHOWN,
        **found,
    )
