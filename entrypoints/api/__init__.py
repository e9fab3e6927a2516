"""What programs can ask and tell: the same services as the pages, in JSON. A room for each kind of thing."""

from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from entrypoints.api import (
    announcements,
    contacts,
    date_requests,
    evidence,
    maintenance,
    notices,
    own_dates,
    patches,
    products,
    release_notes,
    releases,
    tenants,
    versions,
    waves,
)
from entrypoints.api.blueprint import api
from entrypoints.api.guard import only_with_token, say_pace
from entrypoints.api.problems import problem_of
from schedules.errors import BreaksSLA
from schedules.waves import SomeCannot

__all__ = [
    "announcements",
    "api",
    "contacts",
    "date_requests",
    "evidence",
    "maintenance",
    "notices",
    "own_dates",
    "patches",
    "products",
    "release_notes",
    "releases",
    "tenants",
    "versions",
    "waves",
]

api.before_request(only_with_token)
api.after_request(say_pace)
for refusal in (HTTPException, BreaksSLA, SomeCannot, ValidationError):
    api.register_error_handler(refusal, problem_of)
