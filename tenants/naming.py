"""Which tenants of a product a text names: by name or by slug, one a line, or divided by semicolons or commas."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from storage import AllAtOnce, Refused, db
from storage.sought import folded
from tenants import checks
from tenants.models import Product, Tenant
from tenants.near_names import NearNames

# Databases limit the number of names in one statement.
MOST_NAMES = 5_000
_LONGEST = 500_000
# How many that are unknown are looked at for what may be meant.
_MOST_TOLD = 5
# No name has more commas.
_MOST_COMMAS = 5
_WITH_SLUG = re.compile(r"(.+) \(([a-z0-9-]+)\)")


@dataclass
class Named:
    """What a text names: the slugs of tenants, each once; the text with their names in it; what is wrong with it."""

    slugs: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Raise Refused for all that no tenant is called."""
        with AllAtOnce() as each:
            for problem in self.problems:
                each.add(Refused("tenants", problem))

    @property
    def text(self) -> str:
        """Names, one a line, and what is unknown as it was typed."""
        return "\n".join(self.lines)


def tenants_in(product: Product, text: str) -> Named:
    """Read a text; one query, none where nothing is named."""
    found = Named()
    if not text.strip():
        return found
    if len(text) > _LONGEST:
        found.problems.append(
            _("This is too long: %(given)d characters, %(most)d at most.", given=len(text), most=_LONGEST)
        )
        return found
    known = _Known(product)
    for part in re.split(r"[\r\n;]+", text):
        for piece, slugs in known.pieces(checks.line("tenants", part, most=_LONGEST, required=False)):
            _lay(found, known, piece, slugs)
    if len(found.slugs) > MOST_NAMES:
        found.problems.append(_("These are too many: %(most)d tenants at most.", most=MOST_NAMES))
    more = len(found.unknown) - _MOST_TOLD
    if more > 0:
        found.problems.append(ngettext("%(num)d more is unknown.", "%(num)d more are unknown.", more))
    return found


def _lay(found: Named, known: "_Known", piece: str, slugs: Sequence[str]) -> None:
    if len(slugs) == 1:
        if slugs[0] not in found.slugs:
            found.slugs.append(slugs[0])
            found.lines.append(known.called(slugs[0]))
        return
    found.lines.append(piece)
    found.unknown.append(piece)
    if len(found.unknown) > _MOST_TOLD:
        return
    if slugs:
        names = ", ".join(known.called(slug) for slug in slugs[:_MOST_TOLD])
        found.problems.append(_("Which of these do you mean: %(names)s?", names=names))
        return
    near = ", ".join(known.called(slug) for slug in known.near.of(piece))
    given = piece[:80]
    found.problems.append(
        _("There is no tenant %(given)s. Do you mean %(near)s?", given=given, near=near)
        if near
        else _("There is no tenant %(slug)s.", slug=given)
    )


class _Known:
    """The tenants of a product, by slug and by name."""

    def __init__(self, product: Product) -> None:
        rows = db.session.execute(select(Tenant.slug, Tenant.name).where(Tenant.product_id == product.id)).all()
        self._names: dict[str, str] = {row[0]: row[1] for row in rows}
        self._by_name: dict[str, list[str]] = {}
        for slug, name in self._names.items():
            self._by_name.setdefault(folded(name), []).append(slug)
        self.near = NearNames(self._by_name)

    def pieces(self, part: str) -> Iterator[tuple[str, Sequence[str]]]:
        """What stands between commas, or over them where a name has some; each with the slugs that it may mean."""
        words = part.split()
        if words and all(word in self._names for word in words):
            yield from ((word, [word]) for word in words)
            return
        pieces = part.split(",")
        first = 0
        while first < len(pieces):
            for last in range(min(len(pieces), first + 1 + _MOST_COMMAS), first, -1):
                piece = ",".join(pieces[first:last]).strip()
                slugs = self._meant(piece)
                if slugs or last == first + 1:
                    break
            first = last
            if piece:
                yield piece, slugs

    def called(self, slug: str) -> str:
        """The name of a tenant, as it is read back; with the slug where that is needed to tell it from another."""
        name = self._names[slug]
        if ";" in name or name.count(",") > _MOST_COMMAS or name in self._names:
            return slug
        return name if len(self._by_name[folded(name)]) == 1 else f"{name} ({slug})"

    def _meant(self, piece: str) -> Sequence[str]:
        if piece in self._names:
            return [piece]
        if (both := _WITH_SLUG.fullmatch(piece)) and folded(self._names.get(both[2], "")) == folded(both[1]):
            return [both[2]]
        return self._by_name.get(folded(piece), [])
