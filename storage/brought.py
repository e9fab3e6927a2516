"""Values of many rows, brought along in one parameter: a statement for each row would cost more than what it does."""

from typing import Any

from sqlalchemy import JSON, bindparam, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.sql.selectable import TableValuedAlias


class _Brought(GenericFunction[Any]):
    inherit_cache = True


def brought(name: str) -> TableValuedAlias:
    """A table of one column, ``value``: each a list of plain values, as the parameter of this name holds them.

    Such as `lines.c.value[0].as_integer()`.
    """
    return _Brought(bindparam(name, type_=JSON)).table_valued(column("value", JSON), name=name)


@compiles(_Brought)
def _on_sqlite(element: _Brought, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Brought, "postgresql")
def _on_postgresql(element: _Brought, compiler: Any, **options: Any) -> str:
    return f"json_array_elements({compiler.process(element.clauses, **options)})"
