"""Pages as a person asks for them: each reader has a browser of its own."""

import re
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.test import encode_multipart

from storage import db
from tests.world import PASSWORD

Form = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """An answer, with what a person sees of it."""

    status: int
    headers: Headers
    body: bytes

    @property
    def html(self) -> str:
        return self.body.decode()

    @property
    def seen(self) -> str:
        """The words of the page, without its head."""
        return words(self.html.partition("<body>")[2])

    @property
    def main(self) -> str:
        """The words between the head of the page and its foot."""
        return words(self.html.partition("<main")[2].partition("</main>")[0].partition(">")[2])

    @property
    def ids_twice(self) -> list[str]:
        """The ids that more than one element has: a label or a link would lead to the first of them alone."""
        ids = re.findall(r'<[a-z][^>]*?\sid="([^"]*)"', self.html)
        return sorted({one for one in ids if ids.count(one) > 1})

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def alerts(self) -> list[str]:
        """What is said loudly."""
        found = re.findall(r'<div class="note[^>]*role="alert"[^>]*>(.*?)</div>', self.html, re.DOTALL)
        return [words(one) for one in found]

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong with each field."""
        found = re.findall(r'<(p|div)\b[^>]*\bid="([^"]+)-wrong"[^>]*>(.*?)</\1>', self.html, re.DOTALL)
        return {name: words(text) for _tag, name, text in found}

    def value(self, name: str) -> str:
        """What stands in a field of a form, or in a button."""
        found = re.search(rf'<(?:input|button)[^>]*\bname="{name}"[^>]*\bvalue="([^"]*)"', self.html)
        if found is not None:
            return unescape(found.group(1))
        chosen = re.search(rf'<select[^>]*\bname="{name}"[^>]*>(.*?)</select>', self.html, re.DOTALL)
        if chosen is not None:
            option = re.search(r'<option\b(?=[^>]*\bselected\b)[^>]*\bvalue="([^"]*)"', chosen.group(1))
            return unescape(option.group(1)) if option else ""
        area = re.search(rf'<textarea[^>]*\bname="{name}"[^>]*>\r?\n?(.*?)</textarea>', self.html, re.DOTALL)
        assert area is not None, f"no field {name}"
        return unescape(area.group(1))


class Reader:
    """Somebody with a browser: signed in, or nobody in particular. It was set to English, unless told otherwise."""

    def __init__(
        self, app: Flask, email: str | None = None, password: str = PASSWORD, *, language: str | None = "en"
    ) -> None:
        self.client = app.test_client()
        if language is not None:
            self.client.set_cookie("language", language)
        if email is not None:
            page = self.post("/login", {"email": email, "password": password})
            assert (page.status, page.location) == (302, "/"), page.seen

    def get(self, path: str, *, address: str = "127.0.0.1", headers: dict[str, str] | None = None) -> Page:
        return self._ask("GET", path, address, headers=headers)

    def post(
        self,
        path: str,
        form: Form | None = None,
        *,
        address: str = "127.0.0.1",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> Page:
        return self._ask("POST", path, address, headers=headers, data=form or {}, **more)

    def send(self, path: str, body: bytes, content_type: str = "application/x-www-form-urlencoded") -> Page:
        """Post these very octets."""
        return self._ask("POST", path, "127.0.0.1", headers=None, data=body, content_type=content_type)

    def upload(self, path: str, form: Form) -> Page:
        """Post a form in many parts; a value of octets is a file."""
        parts = {
            name: FileStorage(BytesIO(value), filename="x") if isinstance(value, bytes) else value
            for name, value in form.items()
        }
        boundary, body = encode_multipart(MultiDict(parts))
        return self.send(path, body, f'multipart/form-data; boundary="{boundary}"')

    def follow(self, page: Page) -> Page:
        """The page that an answer leads to."""
        assert page.status in {302, 303}, page.seen
        return self.get(page.location)

    def _ask(self, method: str, path: str, address: str, headers: dict[str, str] | None, **more: Any) -> Page:
        response = self.client.open(
            path, method=method, environ_overrides={"REMOTE_ADDR": address}, headers=headers or {}, **more
        )
        page = Page(response.status_code, response.headers, response.get_data())
        if response.mimetype == "text/html":
            assert page.ids_twice == [], path
        return page


def words(html: str) -> str:
    """The text of some HTML, its white space made plain."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, to see that nothing was written."""
    db.session.rollback()
    rows = {
        table.name: [tuple(row) for row in db.session.execute(select(table)).all()]
        for table in db.metadata.sorted_tables
    }
    db.session.rollback()
    return rows
