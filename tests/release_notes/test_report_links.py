"""Numbers of reports lead to the help desk: in text only, never in code or links, and nothing can be smuggled in."""

import pytest

from release_notes.report_links import report_link
from release_notes.showing import notes_html
from storage import Refused
from tenants.models import Product
from tenants.report_checks import report_address, report_prefixes

REL = 'rel="noopener noreferrer"'


def product(prefixes: str = "INC- TIP-", address: str = "https://desk.example/r/{number}?a=1&b=2") -> Product:
    return Product(report_prefixes=prefixes, report_address=address)


def link(number: str) -> str:
    return f'<a href="https://desk.example/r/{number}?a=1&amp;b=2" {REL}>{number}</a>'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("INC-20811", f"<p>{link('INC-20811')}</p>", id="alone"),
        pytest.param("(INC-1), TIP-2.", f"<p>({link('INC-1')}), {link('TIP-2')}.</p>", id="in-a-sentence"),
        pytest.param("**INC-1** &amp; é", f"<p><strong>{link('INC-1')}</strong> &amp; é</p>", id="in-bold"),
        pytest.param("`INC-1`", "<p><code>INC-1</code></p>", id="code"),
        pytest.param("```\nINC-1\n```", "<pre><code>INC-1\n</code></pre>", id="fenced-code"),
        pytest.param(
            "[see INC-1](https://x.example)", f'<p><a href="https://x.example" {REL}>see INC-1</a></p>', id="in-a-link"
        ),
        pytest.param("inc-1 XINC-1 INC-1a INC-1-b INC- 1", "<p>inc-1 XINC-1 INC-1a INC-1-b INC- 1</p>", id="others"),
        pytest.param("INC-1234567890123", "<p>INC-1234567890123</p>", id="too-long"),
        pytest.param('INC-1"><script>', f'<p>{link("INC-1")}"&gt;</p>', id="hostile"),
        pytest.param('<abbr title="INC-1">x</abbr>', '<p><abbr title="INC-1">x</abbr></p>', id="in-an-attribute"),
    ],
)
def test_numbers_become_links(markdown: str, html: str) -> None:
    assert notes_html(markdown, product()) == html


def test_product_that_says_nothing_has_plain_numbers() -> None:
    assert notes_html("INC-1", product("", "")) == "<p>INC-1</p>"
    assert notes_html("INC-1", product("INC-", "")) == "<p>INC-1</p>"
    assert (report_link("INC-1", product()), report_link("BUG-1", product())) == (
        "https://desk.example/r/INC-1?a=1&b=2",
        "",
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" INC- ,tip-; INC-", "INC- tip-"), ("", ""), ("INC", "INC"), ("HD_A-", "HD_A-")],
)
def test_prefixes_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert report_prefixes("x", typed) == kept


@pytest.mark.parametrize("typed", ["1-", "INC-.*", "(a+)+", "<b>", "INC--", "x" * 20, "a b c d e f", "-", "[", "ÉÉN-"])
def test_prefixes_hold_no_pattern(typed: str) -> None:
    with pytest.raises(Refused):
        report_prefixes("x", typed)


@pytest.mark.parametrize(
    "typed",
    [
        "desk.example/{number}",
        "https://desk.example/",
        "https://desk.example/{number}/{number}",
        "https://{number}.example/",
        "https://a@desk.example/{number}",
        "javascript:alert({number})",
        'https://desk.example/{number}"onclick=alert(1)',
        "https://desk.example/{number}/{other}",
        "https://desk.example/ {number}",
        "https://dèsk.example/{number}",
        "https:///{number}",
        "https://[/{number}",
    ],
)
def test_address_is_one_on_the_web_with_one_place(typed: str) -> None:
    with pytest.raises(Refused):
        report_address("x", typed)
    assert report_address("x", " https://desk.example/{number} ") == "https://desk.example/{number}"
