"""What all rows of an import share: who asks, when, and which products and tenants they may be about."""

from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from entrypoints.imports.csv_reader import Row
from entrypoints.imports.findings import Unusable, shown
from evidence.actors import Actor
from evidence.chain import Happening, append
from schedules import on_record
from storage import db
from tenants.history import ContactTakenOver, all_tenants, contacts_on_record
from tenants.models import EnvironmentKind, Installation, Product, Tenant
from tenants.planners import plans_changed


@dataclass
class Scope:
    """The products of this import, locked until it ends, and the tenants, loaded once."""

    by: Actor
    now: datetime
    # The one product that the file is about, where somebody said so.
    only: Product | None
    products: dict[str, Product]
    tenants: dict[str, Tenant] = field(default_factory=all_tenants)
    touched: set[int] = field(default_factory=set)
    contacts: list[ContactTakenOver] = field(default_factory=list)
    installed: list[tuple[Installation, Tenant, EnvironmentKind]] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)

    @classmethod
    def open(cls, by: Actor, now: datetime, only: str | None = None) -> "Scope":
        """Begin an import. Raises Unusable where there is no product, or none of the name given."""
        # Whoever plans for one of these products now waits for us, always in this order.
        rows = db.session.scalars(select(Product).order_by(Product.id).with_for_update())
        products = {product.slug: product for product in rows}
        if only is not None and only not in products:
            raise Unusable(_("there is no product %(name)s.", name=shown(only)))
        if not products:
            raise Unusable(
                _(
                    "there is no product yet. Make it first: %(command)s",
                    command="flask products create SLUG --name NAME",
                )
            )
        return cls(by, now, products[only] if only else None, products)

    def product_of(self, row: Row) -> Product | None:
        """The product a row names, or the one that was given for the whole file; None with the reason noted."""
        slug = row.text("product")
        if not slug and self.only is not None:
            return self.only
        product = self.products.get(slug)
        if product is None:
            row.refuse("product", _("There is no product with this name.") if slug else _("Fill this in."))
        elif self.only is not None and product is not self.only:
            row.refuse("product", _("This is another product than the one asked for."))
            return None
        return product

    def tenant_of(self, row: Row) -> Tenant | None:
        """The tenant a row names; None with the reason noted."""
        slug = row.text("tenant")
        tenant = self.tenants.get(slug)
        if tenant is None:
            row.refuse("tenant", _("There is no tenant with this name.") if slug else _("Fill this in."))
        elif self.only is not None and tenant.product_id != self.only.id:
            row.refuse("tenant", _("This tenant has another product than the one asked for."))
            return None
        return tenant

    def tenants_in(self, row: Row, product: Product) -> tuple[Tenant, ...]:
        """The tenants that a cell names, divided by semicolons; what is not known is noted."""
        found: dict[str, Tenant] = {}
        for slug in filter(None, (part.strip() for part in row.text("tenants").split(";"))):
            tenant = self.tenants.get(slug)
            if tenant is None or tenant.product_id != product.id:
                row.refuse("tenants", _("There is no tenant %(slug)s of this product.", slug=slug[:80]))
            else:
                found[slug] = tenant
        return tuple(found.values())

    def close(self) -> None:
        """Let the next tick make and move the duties of what has changed; put on record what came, and by whom."""
        for product_id in sorted(self.touched):
            plans_changed(product_id)
        db.session.flush()
        # All at once and last: whoever appends at the same moment waits for us.
        happenings = [
            *self.happenings,
            *(on_record.updated(*one, self.by) for one in self.installed),
            *contacts_on_record(self.contacts, self.by),
        ]
        if happenings:
            append(happenings, self.now)
