"""What a reader asks with, and whether it has the bytes already (RFC 9110, 8.8 and 13)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_date, parse_etags

# The same calendar in another encoding is another set of bytes: a strong ETag must differ.
ZIPPED = "-gzip"


@dataclass(frozen=True)
class Poll:
    """The headers of a request that matter here."""

    zipped: bool
    # Of the bytes that the reader says it has; weak ones among them, since proxies that compress make a tag weak, and
    # ask with what they made of it (RFC 9110, 13.1.2).
    tags: Collection[str]
    has_any: bool
    since: datetime | None

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> Self:
        zipped = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        asked, since = environ.get("HTTP_IF_NONE_MATCH", ""), environ.get("HTTP_IF_MODIFIED_SINCE")
        if len(asked) > 2 and asked[0] == asked[-1] == '"' and asked.count('"') == 2:
            # What nearly all readers say: the tag that we gave them.
            return cls(zipped, (asked[1:-1],), False, None)
        tags = parse_etags(asked)
        return cls(zipped, tags.as_set(include_weak=True), tags.star_tag, parse_date(since))

    @property
    def known(self) -> str:
        """The one tag of bytes that the reader says it has; empty where there are more, or none."""
        return self._plain(next(iter(self.tags))) if len(self.tags) == 1 else ""

    def has(self, tag: str, modified_at: datetime) -> bool:
        """Tell whether the reader has the bytes of this tag. A tag counts for more than a date (RFC 9110, 13.2.2)."""
        if self.tags or self.has_any:
            return self.has_any or self.wire_tag(tag) in self.tags
        return self.since is not None and modified_at <= self.since

    def wire_tag(self, tag: str) -> str:
        return f"{tag}{ZIPPED}" if self.zipped else tag

    def _plain(self, tag: str) -> str:
        """The tag of what is kept, where it is that of the encoding which the reader takes now."""
        if self.zipped:
            return tag.removesuffix(ZIPPED) if tag.endswith(ZIPPED) else ""
        return tag


@lru_cache(maxsize=256)
def _takes_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted, Accept).quality("gzip") > 0
