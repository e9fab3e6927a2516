"""The people whom tenants appointed, three at most (SLA 4.1)."""

from collections.abc import Iterable

from entrypoints.imports.csv_reader import Columns, Row
from entrypoints.imports.kinds import Kind, SeenBefore
from entrypoints.imports.scope import Scope
from evidence.actors import May
from storage import Refused, db
from tenants import checks
from tenants.contacts import ContactFacts
from tenants.history import take_over_contact


def take_over(rows: Iterable[Row], scope: Scope) -> None:
    """Take over contacts; those who are not in the file stay."""
    seen = SeenBefore()
    with db.session.no_autoflush:
        for row in rows:
            tenant = scope.tenant_of(row)
            facts = ContactFacts(
                name=row.read(checks.line, "name", most=160) or "",
                email=row.read(checks.email, "email") or "",
                phone=row.read(checks.phone, "phone") or "",
                locale=row.read(checks.language, "locale") or "",
            )
            if tenant is None or (facts.email and seen.refuses(row, "email", tenant.slug, facts.email)):
                continue
            if not row.sound:
                continue
            try:
                taken = take_over_contact(tenant, facts, scope.now)
                row.count(taken.outcome)
                scope.contacts.append(taken)
            except Refused as refused:
                row.refuse(refused.field, refused.message)
    # A contact more changes no duty: the tick tells it what lies ahead.


CONTACTS = Kind(Columns(required=("tenant", "name", "email", "phone", "locale")), take_over, May.MANAGE)
