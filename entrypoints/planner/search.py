"""The search box of every page: releases, tenants, contacts, maintenance, announcements."""

from flask import abort, redirect, render_template, request
from werkzeug.wrappers import Response

from entrypoints.filters import asked_page, asked_text
from entrypoints.planner.blueprint import planner
from entrypoints.search import PLACES, exact_page, found_in, groups
from entrypoints.whose_page import page_of


@planner.get("/search")
def search() -> str | Response:
    """What was found, by kind; ``kind`` asks for all of one. What is called exactly so is gone to at once.

    Not from the box on this page itself, which says ``list``: whoever is here wants to see what there is.
    """
    typed, kind = asked_text("q"), request.args.get("kind", "")
    if kind not in {"", *(place.name for place in PLACES)}:
        abort(404)
    if kind:
        found = found_in(kind, typed, asked_page())
    else:
        exact = "" if request.args.get("list") else exact_page(typed)
        if exact:
            return redirect(exact)
        found = groups(typed)
    return render_template("planner/search.html", **page_of(), typed=typed, kind=kind, groups=found)
