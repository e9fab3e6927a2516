"""Pages of releases as they are planned: the list, one of them, and what is done with it."""

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.approvals import approvals_of, approved_now
from announcements.concerned import contacts_to_let_hear
from announcements.services import announce_by_hand
from entrypoints.filters import asked_choice, asked_page, asked_text, asked_year, in_address
from entrypoints.forms import EmptyForm, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act, release_or_404
from entrypoints.planner.blueprint import UPDATES, planner
from entrypoints.planner.state_words import release_states
from entrypoints.planner.taken_back import Leaving
from entrypoints.presenting import form_value
from entrypoints.release_forms import PatchForm, TitlesForm
from evidence.actors import May
from release_notes.queries import drafts, published
from schedules.duty_groups import notice_summary
from schedules.hearers import dates_told, hearers
from schedules.lists import release_years, releases_asked
from schedules.losing_support import versions_losing_support
from schedules.missed import missed_notices
from schedules.models import Release
from schedules.patches import is_in_use, patch_words, record_patch
from schedules.release_cancelling import cancel_release
from schedules.release_words import retitle_release
from schedules.rollouts import number_of_own_dates, own_dates
from schedules.states import ReleaseState, release_state
from schedules.wave_queries import waves
from schedules.withdrawing import may_withdraw
from sla.terms import Change
from storage import AllAtOnce
from storage.paging import listed
from storage.sought import sought_words
from tenants import checks


@planner.get("/releases")
def release_list() -> str:
    """Releases by the page; filters stand in the address."""
    product = chosen_product()
    year, state, words = asked_year(), asked_choice("state", list(ReleaseState)), asked_text()
    query = releases_asked(product, year, ReleaseState(state) if state else None, now(), sought_words(words))
    return render_template(
        "planner/releases/list.html",
        product=product,
        found=listed(query, asked_page()),
        states=release_states(),
        state_of=lambda row: release_state(row, now()).value,
        years=release_years(product),
        asked=in_address(year=year, state=state, words=words),
    )


@planner.get("/releases/<int:release_id>")
def release_page(release_id: int) -> str:
    return _release_page(release_or_404(release_id))


@planner.route("/releases/<int:release_id>/cancel", methods=["GET", "POST"])
def cancel(release_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    release = release_or_404(release_id)
    form = EmptyForm()
    if request.method == "POST":
        return act(
            form,
            lambda: cancel_release(release, actor(), now()),
            _("Release %(version)s is cancelled; its slot is free.", version=release.version),
            url_for("planner.release_page", release_id=release_id),
            leaving=Leaving.of_all(release),
        )
    return render_template(
        "planner/releases/cancel.html",
        release=release,
        product=release.product,
        hearing=hearers(release, now()),
        notices=notice_summary(release),
        form=form,
    )


@planner.post(f"/releases/<int:release_id>/announce/<{UPDATES}>")
def announce_release(release_id: int, kind: str) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    release = release_or_404(release_id)
    return act(
        EmptyForm(),
        lambda: announce_by_hand(release, Change(kind), actor(), now()),
        _("The notices leave within a minute."),
        url_for("planner.release_page", release_id=release_id),
    )


@planner.post("/releases/<int:release_id>/titles")
def titles(release_id: int) -> str | Response | tuple[str, int]:
    require_may(May.PLAN)
    release = release_or_404(release_id)
    form = TitlesForm()
    return act(
        form,
        lambda: retitle_release(release, text(form, "title_nl"), text(form, "title_en"), actor(), now()),
        _("The titles are saved."),
        url_for("planner.release_page", release_id=release_id),
        lambda: _release_page(release_or_404(release_id), titles_form=form),
    )


@planner.post("/releases/<int:release_id>/patches")
def patches(release_id: int) -> str | Response | tuple[str, int]:
    require_may(May.OPERATE)
    release = release_or_404(release_id)
    form = PatchForm()

    def record() -> None:
        version, notes = text(form, "version"), (text(form, "notes_nl"), text(form, "notes_en"))
        with AllAtOnce() as each:
            deployed_at = each(checks.local_moment, "deployed_at", text(form, "deployed_at"), release.product.zone)
            each(patch_words, release, version, *notes)
        record_patch(release, version, bool(form.urgent.data), deployed_at, *notes, actor(), now())

    return act(
        form,
        record,
        _("The patch is recorded."),
        url_for("planner.release_page", release_id=release_id),
        lambda: _release_page(release_or_404(release_id), patch_form=form),
    )


def _release_page(release: Release, **forms: Any) -> str:
    product, zone = release.product, release.product.timezone
    alone, approvals = own_dates(release), approvals_of(release)
    lies_ahead = release.cancelled_at is None and release.production_at > now()
    shown: dict[str, Any] = {
        "titles_form": TitlesForm(formdata=None, title_nl=release.title_nl, title_en=release.title_en),
        "patch_form": PatchForm(formdata=None, version=f"{release.version}.", deployed_at=form_value(now(), zone)),
    } | forms
    shown["patch_form"].version.description = _("Such as %(version)s.1", version=release.version)
    return render_template(
        "planner/releases/page.html",
        release=release,
        product=product,
        notices=notice_summary(release),
        may_hear={kind.value: contacts for kind, contacts in contacts_to_let_hear(release, now()).items()},
        in_use=is_in_use(release, now()),
        held_back=len(missed_notices(release)),
        own_dates=alone,
        others_with_own_dates=number_of_own_dates(release) - len(alone),
        waves=waves(release),
        may_withdraw=may_withdraw(release, now()),
        undone=dates_told(release, now()),
        losing=versions_losing_support(product, release.version) if lies_ahead else [],
        drafts=drafts(release.id),
        published=published(release.id),
        approvals=approvals,
        approved_now=approved_now(approvals, release),
        form=EmptyForm(formdata=None),
        **shown,
    )
