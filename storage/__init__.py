"""The database handle, the base class of the rows, and the column types."""

from storage.among import among
from storage.brought import brought
from storage.database import Base, db
from storage.errors import AllAtOnce, Conflict, Refused, Shape, Unreadable
from storage.revision import Revision
from storage.snapshots import snapshot
from storage.sought import Sought
from storage.types import Moment, choice

__all__ = [
    "AllAtOnce",
    "Base",
    "Conflict",
    "Moment",
    "Refused",
    "Revision",
    "Shape",
    "Sought",
    "Unreadable",
    "among",
    "brought",
    "choice",
    "db",
    "snapshot",
]
