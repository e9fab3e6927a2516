"""The order of versions, and which of them have full support (SLA 4.2)."""

import re
from collections.abc import Sequence
from enum import StrEnum

MOST_NUMBERS, MOST_DIGITS = 4, 6
_VERSION = re.compile(rf"\d{{1,{MOST_DIGITS}}}(?:\.\d{{1,{MOST_DIGITS}}}){{1,{MOST_NUMBERS - 1}}}", re.ASCII)


class Support(StrEnum):
    """What support a version has, seen from the releases that have reached production."""

    AHEAD = "ahead"  # newer than N: in acceptance before its production date
    CURRENT = "current"  # N
    PREVIOUS = "previous"  # N-1
    UPDATE_FIRST = "update_first"
    UNKNOWN = "unknown"  # no release of ours, or nothing reported

    @property
    def full(self) -> bool:
        """Whether the last version and the one before it cover this one."""
        return self in {Support.AHEAD, Support.CURRENT, Support.PREVIOUS}


def version_key(version: str) -> tuple[int, ...]:
    """Return what versions are ordered by: 2026.10 comes after 2026.9, and 2026.4.1 after 2026.4.

    Raises ValueError for text that is no version of two to four numbers.
    """
    if _VERSION.fullmatch(version) is None:
        raise ValueError(f"{version!r} is not a version such as 2027.1")
    return tuple(int(part) for part in version.split("."))


def support_status(version: str | None, released: Sequence[str], planned: Sequence[str] = ()) -> Support:
    """Return the support a running version has.

    ``released`` are the releases whose production date has passed and ``planned`` those to come, none cancelled; the
    order does not matter. A patch of a release counts as that release.

    Source: SLA 4.2.
    """
    known = {version_key(release): release for release in [*released, *planned]}
    release = _release_of(version, known)
    if release is None:
        return Support.UNKNOWN
    ordered = sorted({version_key(name) for name in released}, reverse=True)
    if release not in ordered:
        return Support.AHEAD if not ordered or release > ordered[0] else Support.UNKNOWN
    behind = ordered.index(release)
    return (Support.CURRENT, Support.PREVIOUS)[behind] if behind < 2 else Support.UPDATE_FIRST


def release_line(version: str | None, releases: Sequence[str]) -> str | None:
    """Return the release that a running version is, or is a patch of; None for one that is no release of ours."""
    known = {version_key(release): release for release in releases}
    key = _release_of(version, known)
    return None if key is None else known[key]


def support_ends_with(release: str, releases: Sequence[str]) -> str | None:
    """Return the release with which full support of ``release`` ends: the second after it, None before there is one.

    The order does not matter. Source: SLA 4.2: the last version and the one before it have full support.
    """
    later = sorted((name for name in releases if version_key(name) > version_key(release)), key=version_key)
    return later[1] if len(later) > 1 else None


def _release_of(version: str | None, known: dict[tuple[int, ...], str]) -> tuple[int, ...] | None:
    """The release that a reported version is, or is a patch of."""
    try:
        key = version_key(version or "")
    except ValueError:
        return None
    return next((key[:length] for length in range(len(key), 1, -1) if key[:length] in known), None)
