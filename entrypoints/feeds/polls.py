"""What a reader asks with, and whether it has the bytes already (RFC 9110, 8.8 and 13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from werkzeug.datastructures import Accept, ETags
from werkzeug.http import parse_accept_header, parse_date, parse_etags

# The same calendar in another encoding is another set of bytes: a strong ETag must differ.
ZIPPED = "-gzip"


@dataclass(frozen=True)
class Poll:
    """The headers of a request that matter here."""

    zipped: bool
    tags: ETags
    since: datetime | None

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> Self:
        return cls(
            _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
            parse_etags(environ.get("HTTP_IF_NONE_MATCH")),
            parse_date(environ.get("HTTP_IF_MODIFIED_SINCE")),
        )

    @property
    def known(self) -> str:
        """The one tag of bytes that the reader says it has; empty where there are more, or none."""
        # Proxies that compress make a tag weak, and ask with what they made of it (RFC 9110, 13.1.2).
        tags = [*self.tags.as_set(include_weak=True)]
        return self._plain(tags[0]) if len(tags) == 1 else ""

    def has(self, tag: str, modified_at: datetime) -> bool:
        """Tell whether the reader has the bytes of this tag. A tag counts for more than a date (RFC 9110, 13.2.2)."""
        if self.tags:
            return self.tags.contains_weak(self.wire_tag(tag))
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
