"""The commands of `flask`, a room for each."""

from flask import Flask

from entrypoints.commands import (
    accounts,
    alarms,
    demo,
    doctor,
    evidence,
    exports,
    imports,
    moving,
    outbox,
    reports,
    serve,
    tokens,
    worker,
)

# A room adds its commands in its own `set_up`.
ROOMS = (accounts, alarms, demo, doctor, evidence, exports, imports, moving, outbox, reports, serve, tokens, worker)


def set_up(app: Flask) -> None:
    for room in ROOMS:
        room.set_up(app)
