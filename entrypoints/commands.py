"""The commands of `flask`."""

from flask import Flask


def set_up(app: Flask) -> None:
    pass
