"""What a picture is, told by its own octets and not by the name of its file; and how large it is."""

from collections.abc import Callable
from dataclasses import dataclass

# A picture of more pixels than this keeps a reader's browser busy, however few octets it has.
MOST_PIXELS = 40_000_000
WIDEST = 10_000


@dataclass(frozen=True)
class Picture:
    """A kind that every browser shows, and the measure in pixels."""

    kind: str
    width: int
    height: int

    @property
    def media_type(self) -> str:
        return f"image/{self.kind}"


def picture_of(data: bytes) -> Picture | None:
    """Return what octets show, None where they are no PNG, JPEG, GIF or WebP, or one without a measure."""
    for kind, sign, read in _KINDS:
        if data.startswith(sign):
            try:
                width, height = read(data)
            except (IndexError, ValueError):
                return None
            sound = 0 < width <= WIDEST and 0 < height <= WIDEST and width * height <= MOST_PIXELS
            return Picture(kind, width, height) if sound else None
    return None


def _png(data: bytes) -> tuple[int, int]:
    # The first chunk says the measure (ISO/IEC 15948, 11.2.2); the last one says that nothing is cut off.
    if data[12:16] != b"IHDR" or b"IEND" not in data[-64:]:
        raise ValueError
    return _number(data, 16, 4), _number(data, 20, 4)


def _gif(data: bytes) -> tuple[int, int]:
    if data[4:6] not in {b"7a", b"9a"} or len(data) < 14:
        raise ValueError
    return _number(data, 6, 2, "little"), _number(data, 8, 2, "little")


def _webp(data: bytes) -> tuple[int, int]:
    # RFC 9649, 2.5 to 2.7: lossy, lossless, extended.
    if data[8:12] != b"WEBP" or _number(data, 4, 4, "little") + 8 > len(data) + 1:
        raise ValueError
    form = data[12:16]
    if form == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _number(data, 26, 2, "little") & 0x3FFF, _number(data, 28, 2, "little") & 0x3FFF
    if form == b"VP8L" and data[20] == 0x2F:
        bits = _number(data, 21, 4, "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8X":
        return _number(data, 24, 3, "little") + 1, _number(data, 27, 3, "little") + 1
    raise ValueError


def _jpeg(data: bytes) -> tuple[int, int]:
    # Segment after segment until the one of the frame (ITU-T T.81, B.2.2).
    at = 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if data[at] != 0xFF:
            raise ValueError
        marker, length = data[at + 1], _number(data, at + 2, 2)
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return _number(data, at + 7, 2), _number(data, at + 5, 2)
        if marker in {0xD8, 0xD9, 0xDA} or length < 2:
            raise ValueError
        at += 2 + length


def _number(data: bytes, at: int, octets: int, order: str = "big") -> int:
    part = data[at : at + octets]
    if len(part) != octets:
        raise ValueError
    return int.from_bytes(part, "little" if order == "little" else "big")


_KINDS: tuple[tuple[str, bytes, Callable[[bytes], tuple[int, int]]], ...] = (
    ("png", b"\x89PNG\r\n\x1a\n", _png),
    ("jpeg", b"\xff\xd8\xff", _jpeg),
    ("gif", b"GIF8", _gif),
    ("webp", b"RIFF", _webp),
)
