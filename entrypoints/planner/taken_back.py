"""What is said of a notice that was about to leave when its change got another date, or was called off."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from flask import flash
from flask_babel import gettext as _

from entrypoints.guards import now
from entrypoints.presenting import when
from schedules.about_to_leave import about_to_leave, never_told, told_from
from schedules.models import MaintenanceWindow, Release
from sla.terms import Change
from tenants.wording import environment_in_words


@dataclass(frozen=True)
class Leaving:
    """The kinds of notices that are about to leave before something is done, which is said of them ``say`` after it."""

    change: Release | MaintenanceWindow
    kinds: frozenset[Change]
    # The tenants whose date it is that moves; None where it is everybody's.
    only: Collection[int] | None = None

    @classmethod
    def of(cls, change: Release | MaintenanceWindow, kinds: Iterable[Change]) -> Self:
        """Those of everybody's date, of some kinds of updates."""
        return cls(change, about_to_leave(change, now()) & frozenset(kinds))

    @classmethod
    def of_some(
        cls, release: Release, kind: Change, tenant_ids: Collection[int], moved_to: datetime | None = None
    ) -> Self:
        """Those of some tenants' date, which is called off where it is not ``moved_to`` another."""
        kinds = about_to_leave(release, now(), only=tenant_ids, moved_to=moved_to) & {kind}
        return cls(release, kinds, tenant_ids)

    def __bool__(self) -> bool:
        return bool(self.kinds)

    def say(self) -> None:
        """Say of each kind when its new date is told, or that it is not told at all."""
        told = told_from(self.change, self.kinds, only=self.only)
        off = never_told(self.change, self.kinds - set(told), now(), only=self.only)
        for kind in sorted(self.kinds & (set(told) | off)):
            flash(self._words(kind, told.get(kind)), "warning")

    def _words(self, kind: Change, moment: datetime | None) -> str:
        named = {"what": _("maintenance") if kind is Change.MAINTENANCE else environment_in_words(kind.value)}
        if moment is None:
            return _("The notice of %(what)s that was about to leave is taken back: nobody is mailed.", **named)
        if moment <= now():
            return _(
                "The notice of %(what)s that was about to leave was not sent; it leaves with the new date.", **named
            )
        taken_back = _(
            "The notice of %(what)s that was about to leave is taken back: nobody was mailed the old date. The new one "
            "is told at its own time, from %(moment)s.",
            moment=when(moment, self.change.product.timezone),
            **named,
        )
        again = _("To tell it now, announce it again on this page.")
        if self.only is not None and isinstance(self.change, Release):
            again = _("To tell it now, announce it again on the page of %(version)s.", version=self.change.version)
        return f"{taken_back} {again}"
