"""What changed between two versions is shown by line and word, of endless texts by line alone."""

from release_notes.comparing import MOST_PAIRS, Line, Mark, compared


def same(text: str) -> Line:
    return Line(Mark.SAME, ((Mark.SAME, text),))


def test_changed_words_are_marked_within_their_line() -> None:
    assert compared("a\nDe oude woorden\nz", "a\nDe nieuwe woorden\nz") == [
        same("a"),
        Line(Mark.GONE, ((Mark.SAME, "De "), (Mark.GONE, "oude"), (Mark.SAME, " woorden"))),
        Line(Mark.NEW, ((Mark.SAME, "De "), (Mark.NEW, "nieuwe"), (Mark.SAME, " woorden"))),
        same("z"),
    ]


def test_lines_that_came_and_went() -> None:
    assert compared("a\nb", "a") == [same("a"), Line(Mark.GONE, ((Mark.GONE, "b"),))]
    assert compared("", "a\n\nb") == [Line(Mark.NEW, ((Mark.NEW, text),)) for text in ("a", "", "b")]


def test_what_is_equal_is_left_out() -> None:
    before = "\n".join(f"line {number}" for number in range(20))
    lines = compared(before, before.replace("line 10", "another"))
    assert [line.skipped for line in lines] == [8, 0, 0, 0, 0, 0, 0, 7]
    assert compared(before, before) == [Line(Mark.SAME, skipped=20)]


def test_endless_texts_are_compared_in_less_detail() -> None:
    """Word by word they would take minutes: of what is too long a line is one piece."""
    lines = compared("x\n" * 400_000, "x\n" * 200_000 + "y\n" + "x\n" * 200_000)
    assert sum(line.mark is Mark.NEW for line in lines) == 1
    assert compared("a b " * 200_000, "b a " * 200_000) == [
        Line(Mark.GONE, ((Mark.GONE, "a b " * 200_000),)),
        Line(Mark.NEW, ((Mark.NEW, "b a " * 200_000),)),
    ]
    # Everything was written anew: the first lines word by word, until that has cost enough.
    lines = compared("\n".join(["a b c d e f g " * 27] * 400), "\n".join(["b a d c f e h " * 27] * 400))
    in_words = [len(line.pieces) > 1 for line in lines]
    assert in_words == sorted(in_words, reverse=True)
    assert 0 < sum(in_words) <= 2 * MOST_PAIRS / (27 * 14) ** 2
