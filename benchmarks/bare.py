"""The least that answers a request in Flask: one route that returns the bytes of a file."""

import os
from pathlib import Path

from flask import Flask, Response


def create_app() -> Flask:
    app = Flask(__name__)
    body = Path(os.environ["BARE_FILE"]).read_bytes()

    @app.get("/feed.ics")
    def feed() -> Response:
        return Response(body, content_type="text/calendar; charset=utf-8")

    return app
