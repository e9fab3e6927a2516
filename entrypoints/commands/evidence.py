"""`flask evidence`: is the chain whole, and what can be shown to a customer."""

import csv
import json
import sys

import click
from flask import Flask
from flask.cli import AppGroup

from compliance.bulletin_evidence import bulletin_proofs, bulletin_rows
from compliance.notice_evidence import as_rows, proof_for
from evidence.chain import Head, head, verify
from tenants.queries import tenant_by_slug

evidence = AppGroup("evidence", help="The proof of notice.")


@evidence.command("verify")
@click.option("--head", "kept", metavar="ID:HASH", help="The end of the chain as it was kept outside.")
def verify_command(kept: str | None) -> None:
    """Check that nothing in the evidence was changed, removed, replaced or added; exit 1 where it was."""
    try:
        outside = Head.parse(kept) if kept else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--head") from None
    faults = verify(outside)
    for fault in faults:
        click.echo(f"entry {fault.id}: {fault.why}", err=True)
    if faults:
        raise click.ClickException(f"The evidence does not hold in {len(faults)} places.")
    click.echo(f"The evidence holds. Its head, to be kept outside: {head()}")


@evidence.command("export")
@click.option("--tenant", "slug", required=True, metavar="SLUG")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export(slug: str, form: str) -> None:
    """Print what a tenant was promised and told, when, to whom, and how it arrived."""
    tenant = tenant_by_slug(slug)
    if tenant is None:
        raise click.BadParameter(f"there is no tenant {slug!r}", param_hint="--tenant")
    rows = as_rows(proof_for(tenant), tenant) + bulletin_rows(bulletin_proofs(tenant), tenant)
    if form == "json":
        click.echo(json.dumps({"tenant": slug, "head": str(head()), "notices": rows}, ensure_ascii=False, indent=1))
        return
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _no_formula(value) for name, value in row.items()} for row in rows)


def _no_formula(value: object) -> object:
    """A spreadsheet runs a cell that begins like a formula: a name must stay a name."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value


def set_up(app: Flask) -> None:
    app.cli.add_command(evidence)
