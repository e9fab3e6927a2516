"""What programs can ask and tell: the same services as the pages, in JSON. A room for each kind of thing."""

from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from entrypoints.api import (
    announcements,
    contacts,
    evidence,
    maintenance,
    notices,
    patches,
    products,
    release_notes,
    releases,
    tenants,
    versions,
)
from entrypoints.api.blueprint import api
from entrypoints.api.guard import only_with_token, say_pace
from entrypoints.api.problems import problem_of
from schedules.errors import BreaksSLA

__all__ = [
    "announcements",
    "api",
    "contacts",
    "evidence",
    "maintenance",
    "notices",
    "patches",
    "products",
    "release_notes",
    "releases",
    "tenants",
    "versions",
]

api.before_request(only_with_token)
api.after_request(say_pace)
for refusal in (HTTPException, BreaksSLA, ValidationError):
    api.register_error_handler(refusal, problem_of)
