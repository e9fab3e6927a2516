"""A page on which something is wrong says so where it opens: in its title, and in a list that the focus is on."""

import re

from tests.faces.pages import Form, Reader, words

NEW = "/planner/tenants/new"
EMPTY: Form = {"slug": "", "name": "", "locale": "nl"}


def title(page_html: str) -> str:
    return words(page_html.partition("<title>")[2].partition("</title>")[0])


def listed(page_html: str) -> list[tuple[str, str]]:
    """Where each line of the list leads, and what it says."""
    head = page_html.partition('id="wrong"')[2].partition("</ul>")[0]
    return [
        (where, words(said)) for where, said in re.findall(r'<li>\s*<a href="#([^"]+)">(.*?)</li>', head, re.DOTALL)
    ]


def test_wrong_page_lists_its_fields_and_takes_the_focus(manager: Reader) -> None:
    page = manager.post(NEW, EMPTY)
    assert page.status == 422
    assert title(page.html) == "Error: Add a tenant · Inconto"
    found = listed(page.html)
    assert [name for name, _said in found] == list(page.wrong)
    assert [said.partition(": ")[2] for _name, said in found] == list(page.wrong.values())
    assert all(f'id="{name}"' in page.html for name, _said in found)
    assert page.html.index("autofocus") < page.html.index("<form", page.html.index("<main"))


def test_good_page_says_nothing_of_errors(manager: Reader) -> None:
    manager.post(NEW, EMPTY)
    page = manager.get(NEW)
    assert title(page.html) == "Add a tenant · Inconto"
    assert "autofocus" not in page.html
    assert listed(page.html) == []


def test_what_no_field_is_to_blame_for_takes_the_focus_itself(manager: Reader) -> None:
    page = manager.post("/planner/releases/year", {"product": "inconto", "year": "2027", "step": "plan"})
    assert title(page.html).startswith("Error: ")
    assert listed(page.html) == []
    assert re.search(r'<div class="note danger" role="alert" tabindex="-1" autofocus>', page.html)
