"""Finds what calls of the API do, for ``pybabel extract``: the page of the API says it in its reader's language."""

import ast
from collections.abc import Iterator
from typing import Any

from babel.messages.extract import extract_python

from entrypoints.api.calls import summary_and_rest


def extract(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[tuple[Any, ...]]:
    """Give the words in a file of Python, and what the views say that it declares as calls, in one line each."""
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.FunctionDef) and any(_is_call(one) for one in node.decorator_list):
            yield node.lineno, "gettext", summary_and_rest(ast.get_docstring(node))[0], []


def _is_call(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "call"
