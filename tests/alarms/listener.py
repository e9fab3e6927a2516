"""A real channel for alarms, on this machine: it takes what Apprise posts, refuses it, or never answers."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self


class Listener:
    """``told`` are the titles it took, in their order, and ``texts`` what stood below each."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.texts: list[str] = []
        self.asked = 0
        self.status = 200
        # While it is set, nobody is answered.
        self.hangs = False
        self._over = Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.asked += 1
                if owner.hangs:
                    owner._over.wait(60)
                    return
                if owner.status == 200:
                    owner.told.append(body["title"])
                    owner.texts.append(body["message"])
                self.send_response(owner.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Keep the tests' output to themselves."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self._server.server_address[1]}/a-secret-of-ours"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
