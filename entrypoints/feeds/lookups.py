"""What is to be known of a poll, in one statement: whose address it is, whether it may be read, what is kept of it."""

from collections import namedtuple
from collections.abc import Mapping
from threading import local
from typing import Any
from weakref import WeakSet

from sqlalchemy import BindParameter, Engine, PoolProxiedConnection, Select, bindparam, case, event, func, null, select

from accounts.models import User
from entrypoints.feeds.kinds import Asked
from storage import Revision
from storage.revision import FEEDS
from tenants.feed_models import FeedToken, KeptFeed
from tenants.models import Contact, Product, Tenant

_PATH: BindParameter[str] = bindparam("path")
_KNOWN: BindParameter[str] = bindparam("known")
_ZIPPED: BindParameter[int] = bindparam("zipped")
_REVISION = func.coalesce(select(Revision.number).where(Revision.name == FEEDS).scalar_subquery(), 0).label("revision")
# The bytes come only where the reader has not got them, and only those that it takes.
_KEPT = (
    KeptFeed.made_of,
    KeptFeed.tag,
    KeptFeed.modified_at,
    case((KeptFeed.tag == _KNOWN, null()), (_ZIPPED == 1, KeptFeed.zipped), else_=KeptFeed.plain).label("body"),
)


def _of_an_address() -> Select[Any]:
    return (
        select(
            FeedToken.ends_at,
            FeedToken.user_id,
            Tenant.id.label("tenant_id"),
            Tenant.ip_allowlist,
            User.active,
            User.role,
            Product.id.label("product_id"),
            func.coalesce(Contact.locale, Tenant.locale, User.locale).label("language"),
            _REVISION,
            *_KEPT,
        )
        .select_from(FeedToken)
        .outerjoin(Contact, Contact.id == FeedToken.contact_id)
        .outerjoin(Tenant, Tenant.id == func.coalesce(FeedToken.tenant_id, Contact.tenant_id))
        .outerjoin(User, User.id == FeedToken.user_id)
        .outerjoin(KeptFeed, KeptFeed.path == _PATH)
        .where(FeedToken.token_hash == bindparam("token_hash"))
    )


# Two statements and not one: a join on either this or that finds nothing by an index.
_CUSTOMERS = _of_an_address().outerjoin(Product, Product.id == Tenant.product_id)
_VENDORS = _of_an_address().outerjoin(Product, Product.slug == bindparam("slug"))
_EVERYBODYS = (
    select(Product.id.label("product_id"), Product.public_calendar, _REVISION, *_KEPT)
    .select_from(Product)
    .outerjoin(KeptFeed, KeptFeed.path == _PATH)
    .where(Product.slug == bindparam("slug"))
)


class Lookups:
    """The statements, written out once for the driver: what builds them anew costs more than all else of a poll."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # Each thread keeps a connection: to pass them round, threads would wait longer than for the database.
        self._kept, self._open = local(), WeakSet[PoolProxiedConnection]()
        event.listen(engine, "engine_disposed", self._let_go)
        self._customers, self._vendors, self._everybodys = (
            _Written(statement, engine) for statement in (_CUSTOMERS, _VENDORS, _EVERYBODYS)
        )

    def found(self, asked: Asked, known: str, *, zipped: bool) -> Any:
        """Return what is to be known of a poll by a reader who has the bytes of the tag ``known``.

        None for an address that nobody has. Raises the driver's error where the database does not answer.
        """
        written = self._everybodys if not asked.token_hash else self._vendors if asked.slug else self._customers
        values = {
            "path": asked.path,
            "known": known,
            "zipped": int(zipped),
            "slug": asked.slug,
            "token_hash": asked.token_hash,
        }
        try:
            return written.first(self._connection(), values)
        except self.engine.dialect.loaded_dbapi.Error:
            # The database may have started anew, which ends every connection: once more with another one.
            self._connection().invalidate()
            del self._kept.connection
            return written.first(self._connection(), values)

    def _connection(self) -> PoolProxiedConnection:
        if not hasattr(self._kept, "connection"):
            self._kept.connection = self.engine.raw_connection()
            self._open.add(self._kept.connection)
        connection: PoolProxiedConnection = self._kept.connection
        return connection

    def _let_go(self, _engine: Engine) -> None:
        for connection in list(self._open):
            connection.invalidate()
        self._kept, self._open = local(), WeakSet()


class _Written:
    """A statement as the driver wants it, and what makes values of what it gives."""

    def __init__(self, statement: Select[Any], engine: Engine) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self._text, self._given = str(compiled), dict(compiled.params)
        self._positional = compiled.positiontup is not None
        self._in_order = [(name, self._given[name]) for name in compiled.positiontup or self._given]
        columns = [(column.key, column.type.dialect_impl(engine.dialect)) for column in statement.selected_columns]
        self._processors = [kind.result_processor(engine.dialect, None) for _name, kind in columns]
        self._row: Any = namedtuple("Found", [name for name, _kind in columns])  # type: ignore[misc]

    def first(self, connection: PoolProxiedConnection, values: Mapping[str, Any]) -> Any:
        named: Any = [values.get(name, given) for name, given in self._in_order]
        if not self._positional:
            named = dict(zip(self._given, named, strict=True))
        cursor = connection.cursor()
        cursor.execute(self._text, named)
        row = cursor.fetchone()
        cursor.close()
        if row is None:
            return None
        return self._row._make(
            process(value) if process and value is not None else value
            for process, value in zip(self._processors, row, strict=True)
        )
