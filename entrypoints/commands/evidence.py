"""`flask evidence`: is the chain whole, and what can be shown to a customer."""

import csv
import json
import sys
from datetime import UTC, datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import select

from compliance.tenant_evidence import evidence_rows
from entrypoints.formulas import guarded
from evidence.chain import Fault, Head, head, verify
from evidence.models import Entry
from outbox.journal_head import kept_heads
from outbox.mailbox_reading import Unreadable
from storage import db
from tenants.queries import tenant_by_slug

evidence = AppGroup("evidence", help="The proof of notice.")


@evidence.command("verify")
@click.option("--head", "kept", metavar="ID:HASH", help="The end of the chain as it was kept outside.")
@click.option("--journal", is_flag=True, help="Compare with every head that lies in MAIL_JOURNAL_READ.")
def verify_command(kept: str | None, *, journal: bool) -> None:
    """Check that nothing in the evidence was changed, removed, replaced or added; exit 1 where it was."""
    try:
        heads = _in_journal() if journal or kept == "@journal" else [Head.parse(kept)] if kept else []
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--head") from None
    # The newest shows most of what was cut off; an older one, that the chain was made anew since.
    faults = verify(heads[-1] if heads else None)
    for older in heads[:-1]:
        faults += [one for one in _against(older) if one not in faults]
    for fault in faults:
        click.echo(f"entry {fault.id}: {fault.why}", err=True)
    if faults:
        raise click.ClickException(f"The evidence does not hold in {len(faults)} places.")
    against = f" It agrees with {len(heads)} heads in the journal, the newest {heads[-1]}." if journal and heads else ""
    click.echo(f"The evidence holds.{against} Its head, to be kept outside: {head()}")


def _in_journal() -> list[Head]:
    if not current_app.config.get("MAIL_JOURNAL_READ"):
        raise click.ClickException("There is no journal to compare with: set MAIL_JOURNAL_READ.")
    try:
        heads = kept_heads(datetime.now(UTC))
    except Unreadable as error:
        raise click.ClickException(f"The journal cannot be read: {error}") from None
    if not heads:
        raise click.ClickException("There is no head of the evidence in the journal.")
    return heads


def _against(kept: Head) -> list[Fault]:
    found = db.session.scalar(select(Entry.hash).where(Entry.id == kept.id))
    if found == kept.hash:
        return []
    return [Fault(kept.id, "it is not the entry that was kept outside")]


@evidence.command("export")
@click.option("--tenant", "slug", required=True, metavar="SLUG")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export(slug: str, form: str) -> None:
    """Print what a tenant was promised and told, when, to whom, and how it arrived."""
    tenant = tenant_by_slug(slug)
    if tenant is None:
        raise click.BadParameter(f"there is no tenant {slug!r}", param_hint="--tenant")
    rows = evidence_rows(tenant)
    if form == "json":
        click.echo(json.dumps({"tenant": slug, "head": str(head()), "notices": rows}, ensure_ascii=False, indent=1))
        return
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(
            {name: guarded(value) if isinstance(value, str) else value for name, value in row.items()} for row in rows
        )


def set_up(app: Flask) -> None:
    app.cli.add_command(evidence)
