"""Read what a program sent: JSON in the declared shape, and filters in the address."""

from typing import TypeVar

from flask import request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from storage import Refused

Shape = TypeVar("Shape", bound=BaseModel)


def read_body(shape: type[Shape]) -> Shape:
    """Return the body in a shape. Raises 413, 415, 400 for what is no JSON, ValidationError for another shape."""
    if not request.is_json:
        raise UnsupportedMediaType(_("Send JSON, and say so: Content-Type: application/json."))
    octets = request.get_data()
    try:
        return shape.model_validate_json(octets)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] != "json_invalid":
            raise
        problem = str(first.get("ctx", {}).get("error", ""))
        raise BadRequest(_("The body is no JSON: %(problem)s.", problem=problem)) from None


def read_query(shape: type[Shape]) -> Shape:
    """Return the filters of the address in a shape. Raises ValidationError for one that is unknown or given twice.

    Raises Refused for text that no database takes.
    """
    given = {name: values[0] if len(values) == 1 else values for name, values in request.args.lists()}
    for name, value in given.items():
        # PostgreSQL takes it in no text, and nothing of ours has it.
        if "\0" in value:
            raise Refused(name[:80], _("Leave out the NUL."))
    return shape.model_validate(given)
