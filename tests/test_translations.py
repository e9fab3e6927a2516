"""The Dutch words are there for everything that the software says."""

import re
from functools import cache

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from entrypoints.settings import PROJECT

PO_FILE = PROJECT / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
# A percent sign with what follows it: one that stands alone breaks a message as a wrong name does.
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?.?")


def test_every_message_has_dutch_words() -> None:
    dutch = catalogue()
    missing = [source for source in said() if not all(words_of(dutch.get(source)))]
    assert not missing, f"no Dutch words for: {missing}"


def test_no_dutch_words_are_guesses() -> None:
    fuzzy = [message.id for message in catalogue() if message.id and message.fuzzy]
    assert not fuzzy, f"to be looked at by a person: {fuzzy}"


def test_no_dutch_words_are_left_over() -> None:
    dutch, sources = catalogue(), said()
    left_over = [message.id for message in dutch if message.id and message.id not in sources]
    assert not left_over, f"said nowhere any more: {left_over}"
    assert not dutch.obsolete, f"said nowhere any more: {list(dutch.obsolete)}"


def test_dutch_words_name_the_same_values() -> None:
    differ = [
        message.id
        for message in catalogue()
        if message.id
        and [values_in(form) for form in words_of(message)] != [values_in(form) for form in forms(message)]
    ]
    assert not differ, f"other placeholders in Dutch than in: {differ}"


def test_dutch_plurals_have_both_forms() -> None:
    dutch = catalogue()
    assert dutch.num_plurals == 2
    lacking = [
        source
        for source in said()
        if isinstance(source, tuple)
        and ((message := dutch.get(source)) is None or len(words_of(message)) != 2 or not all(words_of(message)))
    ]
    assert not lacking, f"not both Dutch forms of: {lacking}"


@cache
def catalogue() -> Catalog:
    with PO_FILE.open("rb") as file:
        return read_po(file, locale="nl", abort_invalid=True)


@cache
def said() -> frozenset[str | tuple[str, ...]]:
    """Everything in code and templates that is to be translated, found as ``pybabel extract`` finds it."""
    with (PROJECT / "babel.cfg").open() as file:
        method_map, options_map = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(PROJECT, method_map, options_map, keywords={**DEFAULT_KEYWORDS, "lazy_gettext": None})
    return frozenset(message for _file, _line, message, _comments, _context in found if message)


def words_of(message: Message | None) -> tuple[str, ...]:
    """The translation: one text, or one for every plural form; an empty one where there is none."""
    if message is None or not message.string:
        return ("",)
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def forms(message: Message) -> tuple[str, ...]:
    """What is translated: one text, or its singular and plural; as many in Dutch as in English."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def values_in(words: str) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(words))
