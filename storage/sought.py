"""The words by which a row is found: without capitals and accents, so that both databases find the same."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Text, and_, event, true
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from storage.database import Base

MOST_WORDS = 8
_LONGEST = 100
# Letters that are no letter with an accent, as people type them who lack them.
_PLAIN = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_PARTS = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Return a text in small letters without accents and with plain white space: ``Café  DE Brug`` -> ``cafe de brug``.

    Signs that stay after that, such as Greek or Hebrew letters, are kept as they are.
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(unicodedata.normalize("NFC", bare).translate(_PLAIN).split())


def sought_words(typed: str) -> list[str]:
    """The words that somebody looks for, the first eight of the first hundred signs; none where nothing was typed."""
    return folded(typed[:_LONGEST].replace("\0", " ")).split()[:MOST_WORDS]


class Sought:
    """A row that is found by the words in these columns, each from its beginning."""

    sought_in: ClassVar[tuple[str, ...]] = ()
    # Each word after a space, whole and in its parts: " zorggroep de brug zorggroep-de-brug".
    sought: Mapped[str] = mapped_column(Text, default="", server_default="")


def finds(kind: type[Sought], words: Iterable[str]) -> ColumnElement[bool]:
    """The condition that a row holds a word that begins with each of these, which are folded already."""
    return and_(true(), *(kind.sought.contains(f" {word}", autoescape=True) for word in words))


@event.listens_for(Base, "before_insert", propagate=True)
@event.listens_for(Base, "before_update", propagate=True)
def _keep_words(_mapper: Mapper[Any], _connection: Any, row: Any) -> None:
    # Here, so that no service can forget it.
    if isinstance(row, Sought):
        row.sought = words_kept(getattr(row, name) for name in row.sought_in)


def words_kept(texts: Iterable[str | None]) -> str:
    """What is kept of texts to find them by; for whoever writes rows past the mapper."""
    whole = folded(" ".join(text or "" for text in texts)).split()
    parts = [part for word in whole for part in _PARTS.split(word) if part]
    return "".join(f" {word}" for word in dict.fromkeys(whole + parts))
