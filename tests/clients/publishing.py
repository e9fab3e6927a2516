"""Bytes at an address of this machine, for programs that fetch what they read."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.request import urlopen


def fetched(url: str) -> bytes:
    with urlopen(url) as answer:  # noqa: S310 - our own address
        return bytes(answer.read())


@contextmanager
def published(body: bytes) -> Iterator[str]:
    """Answer every request with a calendar; gives its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/calendar; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing: the tests' output is for what is wrong."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/calendar.ics"
        finally:
            server.shutdown()
            thread.join()
