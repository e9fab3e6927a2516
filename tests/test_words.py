"""Words are looked for without case and accents, and numbers as they stand."""

import pytest

from storage.words import asked, places, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Één Œuvre", {"een", "oeuvre"}, id="accents"),
        pytest.param("STRASSE straße", {"strasse"}, id="sharp-s"),
        pytest.param("e\u0301e\u0301n", {"een"}, id="accents-apart"),
        pytest.param("INC-20811, 2026.3", {"inc-20811", "inc", "20811", "2026.3", "2026", "3"}, id="numbers"),
        pytest.param("foto's", {"foto's", "foto", "s"}, id="apostrophe"),
        pytest.param("Ĳsland ﬁets", {"ijsland", "fiets"}, id="ligatures"),
        pytest.param("חיפוש Ωμέγα", {"חיפוש", "ωμεγα"}, id="other-scripts"),
        pytest.param("-- !! % _ \\ '", set(), id="signs"),
        pytest.param("x" * 500, {"x" * 60}, id="endless"),
    ],
)
def test_words_of_a_text(text: str, found: set[str]) -> None:
    assert words(text) == found


def test_words_that_are_asked_for_are_few_and_each_once() -> None:
    assert asked("Één een; twee  INC-2") == ["een", "twee", "inc-2"]
    assert asked(" ".join(f"w{number}" for number in range(50))) == [f"w{number}" for number in range(8)]
    assert asked("%%% __ ''") == []


def test_places_are_where_the_eye_finds_them() -> None:
    text = "Sneller zoéken, INC-20811 en zoekmachine"
    assert [text[start:end] for start, end in places(text, ["zoek"])] == ["zoéken", "zoekmachine"]
    assert [text[start:end] for start, end in places(text, ["inc-208"])] == ["INC-20811"]
    assert [text[start:end] for start, end in places(text, ["20811"])] == ["20811"]
