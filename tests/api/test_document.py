"""The OpenAPI document is valid, complete and right, and a page shows it with files of our own alone."""

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from entrypoints.api.calls import IfMatch, summary_and_rest
from entrypoints.api.document import document
from tests.api.asking import every_call
from tests.api.conftest import Program
from tests.faces.pages import Reader, words
from tests.world import World


@pytest.fixture
def described(app: Flask, anybody: Program) -> Any:
    return anybody.get("/openapi.json").json


def test_document_is_valid_openapi_3_1(described: Any) -> None:
    assert described["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_document_has_every_call(described: Any) -> None:
    operations = {one["operationId"]: one for methods in described["paths"].values() for one in methods.values()}
    assert set(operations) == {one.name for one in every_call()}
    for one in every_call():
        operation = operations[one.name]
        assert operation["summary"], one.name
        statuses = set(operation["responses"])
        assert {str(one.status), "401", "403", "404", "429"} <= statuses, one.name
        assert ({"400", "413", "415", "422"} <= statuses) == (one.body is not None), one.name
        assert ("428" in statuses) == (one.if_match is IfMatch.REQUIRED), one.name
        assert ("ETag" in operation["responses"][str(one.status)]["headers"]) == one.tagged, one.name
        assert ("Location" in operation["responses"][str(one.status)]["headers"]) == one.located, one.name


def test_refusals_are_described_once(described: Any) -> None:
    contents = [one["content"] for one in described["components"]["responses"].values()]
    assert contents == [{"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}] * len(
        contents
    )


def test_examples_of_what_is_sent_are_of_the_shape_that_is_asked() -> None:
    for one in every_call():
        if one.body is not None:
            extra: Any = one.body.model_config["json_schema_extra"]
            for example in extra["examples"]:
                one.body.model_validate(example, strict=False)


def test_server_is_the_address_of_the_product() -> None:
    assert document("https://vendor.example/notices")["servers"] == [{"url": "https://vendor.example/notices"}]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_lists_every_call_without_a_script(app: Flask, planned: World, language: str) -> None:
    page = Reader(app, language=language).get("/api/v1/")

    assert page.status == 200
    assert page.html.count("<tr>") == len(every_call()) + 1
    said = {words(one) for one in re.findall(r"<td>(.*?)</td>", page.html, re.DOTALL)}
    english = {summary_and_rest(one.view.__doc__)[0] for one in every_call()}
    # In Dutch each is said in other words.
    assert (len(said), len(said & english)) == (len(english), len(english) if language == "en" else 0)
    assert 'lang="en"' not in page.html.partition("<main")[2].partition("</main>")[0].replace("hreflang", "")
    for one in every_call():
        assert one.method in page.main
    assert ("Voor programma's" in page.main) == (language == "nl")
    assert 'id="status-422"' in page.html


def test_page_asks_nothing_of_other_servers(app: Flask, planned: World) -> None:
    page = Reader(app).get("/api/v1/try")

    assert page.html.count("<script") == 2
    assert "//" not in page.html.partition("<body>")[2].replace("://localhost", "")
    assert "'unsafe" not in page.headers["Content-Security-Policy"]
    for name in ("swagger-ui/swagger-ui.css", "swagger-ui/swagger-ui-bundle.js", "api.js"):
        with app.test_client().get(f"/static/{name}") as answer:
            assert answer.status_code == 200
