"""The blueprints, each an audience with one guard, and what all pages share."""

from flask import Flask


def set_up(app: Flask) -> None:
    pass
