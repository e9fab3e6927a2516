"""What the API can be asked: each call is declared once, which makes its address, its checks and its documentation."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from inspect import cleandoc
from typing import Any

from flask import Response, g, request
from pydantic import BaseModel

from entrypoints.api.blueprint import api
from entrypoints.api.reading import read_body, read_query
from entrypoints.api.repeating import once
from evidence.actors import May


class IfMatch(StrEnum):
    """Whether a call asks which state of the thing it changes."""

    NEVER = "never"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True)
class Answer:
    """What a view answers: a shape, the tag of its state, and where a thing that is new is found."""

    shape: BaseModel | None
    etag: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class Call:
    """One thing that can be asked, with all that its documentation says of it."""

    method: str
    path: str
    view: Callable[..., Answer]
    may: May
    answer: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    if_match: IfMatch = IfMatch.NEVER
    tagged: bool = False
    # Whether what it makes has an address of its own.
    located: bool = False
    # Whether a contact may ask it too, of its own tenant.
    contacts: bool = False
    # Whether it can be refused because of what there is already.
    conflicts: bool = False

    @property
    def name(self) -> str:
        return self.view.__name__


CALLS: dict[str, Call] = {}


def summary_and_rest(docstring: str | None) -> tuple[str, str]:
    """What a call does, in one line without the full stop at its end; and what else is to be known of it."""
    summary, _, rest = cleandoc(docstring or "").partition("\n\n")
    return " ".join(summary.split()).rstrip("."), rest


def call(method: str, path: str, *, may: May, **more: Any) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Declare a call. ``more`` are the fields of ``Call``; the view gets what was read as ``body`` and ``query``."""

    def declared(view: Callable[..., Answer]) -> Callable[..., Answer]:
        one = Call(method, path, view, may, **more)
        CALLS[one.name] = one

        def asked(**path_values: Any) -> Response:
            return _run(one, path_values)

        # OPTIONS would be an address of its own, which nobody asks: there is no page elsewhere that may.
        api.add_url_rule(path, one.name, asked, methods=[method], provide_automatic_options=False)
        return view

    return declared


def _run(one: Call, values: dict[str, Any]) -> Response:
    if one.body is not None:
        values = values | {"body": read_body(one.body)}
    if one.query is not None:
        values = values | {"query": read_query(one.query)}

    def work() -> Response:
        return _response(one, one.view(**values))

    return once(g.bearer.id, work) if request.method == "POST" else work()


def _response(one: Call, answer: Answer) -> Response:
    body = answer.shape.model_dump_json() if answer.shape is not None else ""
    response = Response(body, one.status, mimetype="application/json" if body else None)
    if not body:
        del response.headers["Content-Type"]
    if answer.etag is not None:
        response.set_etag(answer.etag)
    if answer.location is not None:
        response.headers["Location"] = answer.location
    return response
