"""A request that names an Idempotency-Key is done once, however often it comes."""

import json
from collections.abc import Callable

from flask import Response, request

from accounts.kept_answers import HEADER, claim, keep
from entrypoints.guards import now

# What belongs to the answer, and not to the moment in which it is sent.
_KEPT_HEADERS = ("Content-Type", "ETag", "Location")
REPLAYED = "Idempotency-Replayed"


def once(token_id: int, work: Callable[[], Response]) -> Response:
    """Do the work, or answer what was answered before. What is refused wrote nothing, and may be sent again."""
    key = request.headers.get(HEADER)
    if key is None:
        return work()
    kept = claim(token_id, key, request.method, request.full_path, request.get_data(), now())
    if kept is not None:
        headers = json.loads(kept.headers) | {REPLAYED: "true"}
        return Response(kept.body or b"", kept.status, headers)
    response = work()
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    keep(token_id, key, response.status_code, json.dumps(headers), response.get_data())
    return response
