"""Products, by whose names other addresses go."""

from entrypoints.api.calls import Answer, call
from entrypoints.api.shapes import Page, Paging, Shape
from evidence.actors import May
from storage.paging import page_of
from tenants.queries import products_by_name


class ProductAnswer(Shape):
    """A product; times without an offset are on its clock."""

    slug: str
    name: str
    timezone: str


@call("GET", "/products", may=May.LOOK, query=Paging, answer=Page[ProductAnswer])
def list_products(query: Paging) -> Answer:
    """Products by name."""
    found = page_of(products_by_name(), query.page, query.per_page)
    items = [ProductAnswer(slug=one.slug, name=one.name, timezone=one.timezone) for one in found.rows]
    return Answer(Page[ProductAnswer].of(items, found.total, query))
