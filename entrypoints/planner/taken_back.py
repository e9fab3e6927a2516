"""What is said of a notice that was about to leave when its change got another date, or was called off."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from flask import flash
from flask_babel import gettext as _
from sqlalchemy import true

from entrypoints.guards import may, now
from entrypoints.presenting import when
from schedules.about_to_leave import Untold, about_to_leave, called_off, told_from
from schedules.hearers import of_everybodys_date
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice
from sla.terms import Change
from storage import among
from tenants.wording import environment_in_words


@dataclass(frozen=True)
class Leaving:
    """The notices that are about to leave before something is done, of which is said after it what became of them."""

    change: Release | MaintenanceWindow
    left: Sequence[Untold]
    # Whether it is the date of some tenants that moves; what is said is read elsewhere than on the change's page then.
    of_own_dates: bool = False

    @classmethod
    def of(cls, change: Release | MaintenanceWindow, kinds: Iterable[Change]) -> Self:
        """Those of everybody's date that moves, of some kinds of updates."""
        moving = frozenset(kinds)
        found = about_to_leave(change, now(), of_everybodys_date(change))
        return cls(change, [one for one in found if one.kind in moving])

    @classmethod
    def of_all(cls, change: Release | MaintenanceWindow) -> Self:
        """Those of a change that is called off for everybody."""
        return cls(change, about_to_leave(change, now(), true()))

    @classmethod
    def of_some(
        cls, release: Release, kind: Change, tenant_ids: Collection[int], moved_to: datetime | None = None
    ) -> Self:
        """Those of some tenants' date, which is called off where it is not ``moved_to`` another."""
        found = about_to_leave(release, now(), among(Notice.tenant_id, tenant_ids), moved_to)
        return cls(release, [one for one in found if one.kind is kind], of_own_dates=True)

    def __bool__(self) -> bool:
        return bool(self.left)

    def say(self) -> None:
        """Say of each kind when its new date is told, or that it is not told at all."""
        told, off = told_from(self.change, self.left), called_off(self.left)
        for kind in sorted(told.keys() | off):
            flash(self._words(kind, told.get(kind)), "warning")

    def _words(self, kind: Change, moment: datetime | None) -> str:
        named = {"what": _("maintenance") if kind is Change.MAINTENANCE else environment_in_words(kind.value)}
        if moment is None:
            return _(
                "The notice of %(what)s that was about to leave is taken back: nobody is mailed that date.", **named
            )
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
        return f"{taken_back} {self._how_to_tell_it_now()}"

    def _how_to_tell_it_now(self) -> str:
        if not may("manage"):
            return _("A manager can announce it now.")
        if self.of_own_dates and isinstance(self.change, Release):
            return _("To tell it now, announce it again on the page of %(version)s.", version=self.change.version)
        return _("To tell it now, announce it again on this page.")
