"""The words and parts of the OpenAPI document that belong to no single call."""

from typing import Any

ABOUT = {
    "title": "Release and maintenance announcements",
    "version": "1",
    "description": (
        "Plan releases and maintenance within the promises of the service level agreement, report what tenants run, "
        "and read what was announced. The same rules hold as on the planner's pages.\n\n"
        "Show a token: `Authorization: Bearer TOKEN`. Moments are answered in UTC; a moment that is sent without an "
        "offset is on the product's clock. Every refusal is `application/problem+json` (RFC 9457) in the language of "
        "`Accept-Language`, English or Dutch. A change names the state that was read: `If-Match` with the `ETag`. "
        "A POST may carry an `Idempotency-Key`: sent twice, it is done once. `RateLimit` says how much is left of this "
        "minute."
    ),
}
TAGS = [
    {"name": "products", "description": "Products"},
    {"name": "releases", "description": "Releases, four a year at most (SLA 3.3)"},
    {"name": "own_dates", "description": "Dates of tenants' own (SLA 3.3)"},
    {"name": "waves", "description": "Several tenants with one date of their own (SLA 3.3)"},
    {"name": "date_requests", "description": "Dates that customers ask for (SLA 3.3)"},
    {"name": "release_notes", "description": "Release notes in both languages (SLA 3.3)"},
    {"name": "patches", "description": "Patches between releases (SLA 3.3)"},
    {"name": "maintenance", "description": "Maintenance windows (SLA 3.1, 3.3)"},
    {"name": "announcements", "description": "What is announced by hand (SLA 4.1, 6.1)"},
    {"name": "notices", "description": "Duties to give notice, and their proof (SLA 3.3)"},
    {"name": "tenants", "description": "Tenants and their agreements (SLA 0)"},
    {"name": "contacts", "description": "The people whom a tenant appointed (SLA 4.1)"},
    {"name": "versions", "description": "What tenants run (SLA 4.2)"},
    {"name": "evidence", "description": "The proof of notice"},
]
OF_PATHS = {"product": "inconto", "slug": "ziekenhuis-peelrand"}
# The name of each refusal in the document, and when it comes.
REFUSALS = {
    400: ("NoJson", "The body is no JSON."),
    401: ("NoToken", "No token was shown, or one that is unknown or revoked."),
    403: (
        "NotAllowed",
        "The role of the token does not reach this far, or it comes from an address that is not let in.",
    ),
    404: ("NotHere", "There is nothing at this address, or it is not this token's to see."),
    409: ("InConflict", "It cannot be beside what there is: a fifth release of a year, a version that exists."),
    412: ("Changed", "It was changed since it was read."),
    413: ("TooLarge", "The body is larger than 2 MB."),
    415: ("NotJson", "The body does not say that it is JSON."),
    422: ("Unusable", "Something in it cannot be used, or it breaks a promise: then `breaches` say which."),
    428: ("WhichState", "If-Match is missing."),
    429: ("TooFast", "Too many requests in this minute; Retry-After says in how many seconds to ask again."),
}


def _header(words: str, **more: Any) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}, **more}


COMMON_HEADERS = {
    "RateLimit": _header("What is left of this minute, and the seconds until the next.", example='"minute";r=599;t=42'),
    "RateLimit-Policy": _header("How many requests a minute may have.", example='"minute";q=600;w=60'),
}
ETAG = _header("The state of it, to be sent back as If-Match.", example='"1.0"')
LOCATION = _header("Where it is found.", example="/api/v1/releases/1")
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the state that is changed, or * for whichever there is.",
    "schema": {"type": "string", "minLength": 1},
    "example": '"1.0"',
}
