"""Whether a program asks, or a person with a browser."""

from flask import request


def asked_by_program() -> bool:
    """True at the addresses of the API, also at those that do not exist: programs read JSON, not pages."""
    # The page of the documentation is for people.
    return request.path.startswith("/api/") and request.blueprint != "api_page"
