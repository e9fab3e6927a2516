"""Markdown as product managers paste it: safe on the portal and in a mail, with nothing that was written lost."""

import re
import time
from pathlib import Path

import pytest

from release_notes.plain import to_plain
from release_notes.rendering import to_html

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "markdown"
REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("<script>alert(1)</script>seen", "\n<p>seen</p>", id="script"),
        pytest.param("<style>p{color:red}</style>seen", "\n<p>seen</p>", id="style"),
        pytest.param("a <iframe src='https://x.example'></iframe>b", "<p>a b</p>", id="frame"),
        pytest.param("<p onclick='alert(1)' style='color:red'>seen</p>", "<p>seen</p>", id="event"),
        pytest.param("<svg><script>alert(1)</script></svg>seen", "<p>seen</p>", id="svg"),
        pytest.param("<form action=/x><input name=a></form>seen", "\n<p>seen</p>", id="form"),
        pytest.param("<!-- hidden -->", "", id="comment"),
        pytest.param("[a](javascript:alert(1))", f"<p><a {REL}>a</a></p>", id="javascript"),
        pytest.param("[a](JaVaScRiPt&#58;alert(1))", f"<p><a {REL}>a</a></p>", id="javascript-in-disguise"),
        pytest.param('<a href="java&#9;script:alert(1)">a</a>', f"<p><a {REL}>a</a></p>", id="javascript-with-a-tab"),
        pytest.param("[a](data:text/html,x)", f"<p><a {REL}>a</a></p>", id="data"),
        pytest.param("[a](https://x.example)", f'<p><a href="https://x.example" {REL}>a</a></p>', id="link"),
        pytest.param(
            "<noor@brug.example>",
            f'<p><a href="mailto:noor@brug.example" {REL}>noor@brug.example</a></p>',
            id="address",
        ),
        pytest.param(
            "before ![words](https://x.example/y.png) after",
            f'<p>before <a href="https://x.example/y.png" {REL}>words</a> after</p>',
            id="image",
        ),
        pytest.param(
            "![](https://x.example/y.png)",
            f'<p><a href="https://x.example/y.png" {REL}>https://x.example/y.png</a></p>',
            id="image-without-words",
        ),
        pytest.param("![x](javascript:alert(1))", f"<p><a {REL}>x</a></p>", id="image-of-a-script"),
        pytest.param("a <img src=x onerror=alert(1)> b", "<p>a  b</p>", id="image-as-html"),
        pytest.param(
            "[![build](https://x.example/b.svg) here](https://x.example/go) after",
            f'<p><a href="https://x.example/go" {REL}><span>build</span> here</a> after</p>',
            id="badge",
        ),
        pytest.param("# One\n\n## Two", "<h2>One</h2>\n<h3>Two</h3>", id="headings-from-the-second-level"),
        pytest.param("`<b>` & **x**", "<p><code>&lt;b&gt;</code> &amp; <strong>x</strong></p>", id="code"),
        pytest.param("```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>", id="fence"),
        pytest.param(
            "<details><summary>More</summary>x</details>", "<details><summary>More</summary>x</details>", id="details"
        ),
    ],
)
def test_to_html_keeps_the_words_and_drops_what_is_unsafe(markdown: str, html: str) -> None:
    assert to_html(markdown) == html


def test_to_html_renders_tables() -> None:
    html = to_html("| a | b |\n|---|--:|\n| 1 | 2 |")

    assert re.sub(r"\s+", "", html) == (
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    )


@pytest.mark.parametrize("markdown", ["- " * 3000 + "x", ">" * 3000 + "x"], ids=["lists", "quotes"])
def test_to_html_survives_what_is_nested_deeper_than_anybody_writes(markdown: str) -> None:
    assert re.sub(r"<[^>]+>", "", to_html(markdown)).strip(" \n->&gt;") == "x"


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        pytest.param(
            "# One\n\n* **two** [three](https://x.example)\n* `four`\n    * five\n",
            "One\n===\n\n- two three (https://x.example)\n- four\n  - five",
            id="headings-and-lists",
        ),
        pytest.param("## One\n\n### Two\n\nwords", "One\n---\n\nTwo\n\nwords", id="headings-below"),
        pytest.param("5. a\n6. b\n\nwords", "5. a\n6. b\n\nwords", id="numbers"),
        pytest.param("- a\n\n- b\n\n    c\n", "- a\n- b\n  c", id="list-with-paragraphs"),
        pytest.param("a<br>b<BR />c", "a\nb\nc", id="line-breaks"),
        pytest.param("<p>a <b>b</b></p>", "a b", id="tags"),
        pytest.param("<script>alert(1)</script>seen", "seen", id="script"),
        pytest.param("see <https://x.example/a?b=1&c=2>.", "see https://x.example/a?b=1&c=2.", id="link"),
        pytest.param("mail <noor@brug.example>", "mail noor@brug.example", id="address"),
        pytest.param("[mail](mailto:noor@brug.example)", "mail (noor@brug.example)", id="address-with-words"),
        pytest.param("![What](https://x.example/a.png)", "What (https://x.example/a.png)", id="picture-from-elsewhere"),
        pytest.param("[a](javascript:alert(1))", "a", id="javascript"),
        pytest.param("`List<String>` and a < b & c", "List<String> and a < b & c", id="code-and-signs"),
        pytest.param("```\n<b>bold</b>\n  x\n```\n<i>x</i>", "    <b>bold</b>\n      x\n\nx", id="fence"),
        pytest.param("|a|b|\n|-|-|\n|1|2|\n|3||\n\nc", "a | b\n1 | 2\n3 |\n\nc", id="table"),
        pytest.param("> a\n\nb", "> a\n\nb", id="quote"),
        pytest.param("a\n\n---\n\nb", f"a\n\n{'-' * 20}\n\nb", id="rule"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_to_plain_says_the_words_without_any_sign(markdown: str, plain: str) -> None:
    assert to_plain(markdown) == plain


@pytest.mark.skipif(not REAL.is_dir(), reason="the real release notes are not beside the project")
@pytest.mark.parametrize("name", ["healthchecks.md", "kener-4.0.0.md", "postal.md", "starlette.md"])
def test_real_release_notes_are_safe_and_whole(name: str) -> None:
    markdown = (REAL / name).read_text(encoding="utf-8")

    html, plain = to_html(markdown), to_plain(markdown)

    assert (
        re.findall(r"(?i)<(?:script|style|iframe|img|object|form|h1)\b|\son\w+=|(?:href|src)=\"javascript", html) == []
    )
    headings = re.findall(r"^#{1,5} +(.+?)(?: \{#.*\})?$", re.sub(r"(?ms)^```.*?^```", "", markdown), re.MULTILINE)
    seen = re.sub(r"[^a-z]", "", re.sub(r"<[^>]+>|&\w+;", "", html).lower())
    lost = [one for one in headings if re.sub(r"[^a-z]", "", re.sub(r"\]\([^)]*\)", "", one).lower()) not in seen]
    assert headings != []
    assert lost == []
    words = set(re.findall(r"https?://[^\s)>\"'`\]]+", markdown))
    assert {address for address in words if address not in plain} == set()


def test_thousands_of_brackets_are_shown_as_typed() -> None:
    assert to_html("[" * 20_000) == f"<pre>{'[' * 20_000}</pre>"


@pytest.mark.parametrize(
    "markdown",
    [
        pytest.param("<a " * 12_000, id="open tags"),
        pytest.param("<http://" * 16_000, id="open addresses"),
        pytest.param('<a href="' * 16_000, id="open attributes"),
        pytest.param("<!--" * 16_000, id="open comments"),
        pytest.param("# \n" * 16_000, id="empty headings"),
        pytest.param("# a\n" * 16_000, id="headings"),
        pytest.param("a\n=\n" * 16_000, id="underlined headings"),
        pytest.param("a\n: b\n" * 16_000, id="meanings"),
        pytest.param("```a\n" * 16_000 + "x", id="open code"),
        pytest.param(("[" * 600 + "\n\n") * 400, id="brackets in many paragraphs"),
    ],
)
def test_what_would_take_minutes_is_shown_as_typed(markdown: str) -> None:
    begun = time.process_time()
    html = to_html(markdown)
    # It takes a second at most on a slow machine, and took twenty to sixty.
    assert time.process_time() - begun < 5
    assert html.startswith("<pre>")


def test_long_notes_are_rendered_whole() -> None:
    part = "## Bug fixes\n\n- [INC-1](https://example.com) when `a < b`\n- one\n\n```\nif a < b:\n```\n\nSub\n---\n\n"
    html = to_html(part * 400)
    assert (html.count("<h3>"), html.count("<a "), html.count("<code>")) == (800, 400, 800)


def test_many_links_in_one_paragraph_are_links() -> None:
    links = "\n".join(f"- [INC-{number}](https://example.com/{number})" for number in range(500))
    assert to_html(links).count("<a ") == 500
