"""What a picture of ours is called: nobody can guess it, and whoever lays out a page reads its measure from it."""

import re
import secrets
from collections.abc import Iterable

# As notes refer to it: ![What it shows](image:NAME)
IMAGE = "image:"
NAME = re.compile(r"[0-9a-f]{40}-[1-9][0-9]{0,4}x[1-9][0-9]{0,4}\.(?:png|jpeg|gif|webp)")


def new_name(width: int, height: int, kind: str) -> str:
    return f"{secrets.token_hex(20)}-{width}x{height}.{kind}"


def measure(name: str) -> tuple[int, int]:
    """The width and height that a name says."""
    width, _x, height = name.partition("-")[2].partition(".")[0].partition("x")
    return int(width), int(height)


def names_in(texts: Iterable[str]) -> set[str]:
    """The pictures that Markdown refers to, in whichever way."""
    return {name for text in texts for name in NAME.findall(text)}


def reference(name: str, alt: str) -> str:
    """The Markdown that shows a picture; brackets in its words would end them."""
    words = alt.replace("\\", "").replace("[", "(").replace("]", ")")
    return f"![{words}]({IMAGE}{name})"
