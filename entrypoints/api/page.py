"""The documentation of the API: the document for programs, and a page for people."""

from flask import Blueprint, Response, current_app, jsonify, render_template

from entrypoints.api.document import document
from entrypoints.api.problems import titles
from entrypoints.whose_page import in_addresses, only_product

# It says nothing of any customer: whoever writes a program against it need not have a token yet.
api_page = Blueprint("api_page", __name__, url_prefix="/api/v1")
api_page.url_defaults(in_addresses)


@api_page.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 document."""
    return jsonify(document(current_app.config["BASE_URL"]))


@api_page.get("/")
def page() -> str:
    """Every call in a table, which needs no script, and what refusals mean."""
    paths = document(current_app.config["BASE_URL"])["paths"]
    calls = [
        (method.upper(), address, operation["summary"])
        for address, methods in paths.items()
        for method, operation in methods.items()
    ]
    return render_template("api.html", product=only_product(), zone="", calls=calls, titles=titles())


@api_page.get("/try")
def try_it() -> str:
    """The document in Swagger UI; its own page, because that is not made for everybody."""
    return render_template("api_try.html", product=only_product(), zone="")
