import itertools

import pytest

from sla.versions import Support, release_line, support_ends_with, support_status, version_key

RELEASED = ["2025.10", "2026.1", "2026.4", "2026.10"]
PLANNED = ["2027.1", "2027.4"]


def test_version_order_counts_numbers_and_puts_a_patch_after_its_release() -> None:
    ordered = ["1.9", "1.10", "2025.10", "2026.4", "2026.4.1", "2026.4.9", "2026.4.9.1", "2026.4.10", "2026.10"]

    pairs = itertools.combinations(ordered, 2)
    assert [(lower, higher) for lower, higher in pairs if version_key(lower) >= version_key(higher)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026.",
        ".4",
        "2026.4.",
        "v2026.4",
        "2026.4-rc1",
        "2026,4",
        " 2026.4",
        "1.2.3.4.5",
        "1.1234567",
        "٢٠٢٧.١",
    ],
)
def test_version_key_refuses_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        version_key(text)


@pytest.mark.parametrize(
    ("version", "support"),
    [
        pytest.param("2026.10", Support.CURRENT, id="SLA-4.2-N"),
        pytest.param("2026.4", Support.PREVIOUS, id="SLA-4.2-N-1"),
        pytest.param("2026.1", Support.UPDATE_FIRST, id="SLA-4.2-N-2"),
        pytest.param("2025.10", Support.UPDATE_FIRST, id="SLA-4.2-N-3"),
        pytest.param("2026.10.3", Support.CURRENT, id="patch-of-N"),
        pytest.param("2026.4.3", Support.PREVIOUS, id="patch-of-N-1"),
        pytest.param("2026.4.3.1", Support.PREVIOUS, id="patch-of-a-patch-of-N-1"),
        pytest.param("2026.1.99", Support.UPDATE_FIRST, id="patch-of-N-2-does-not-renew-it"),
        pytest.param("2027.1", Support.AHEAD, id="planned"),
        pytest.param("2027.4.1", Support.AHEAD, id="patch-of-a-planned-one"),
        pytest.param("2026.010", Support.CURRENT, id="N-with-a-leading-zero"),
        pytest.param("2026.7", Support.UNKNOWN, id="between-two-releases"),
        pytest.param("2028.1", Support.UNKNOWN, id="newer-than-all-planned"),
        pytest.param("2026.100", Support.UNKNOWN, id="begins-like-a-release"),
        pytest.param("build 7", Support.UNKNOWN, id="no-version"),
        pytest.param("", Support.UNKNOWN, id="empty"),
        pytest.param(None, Support.UNKNOWN, id="nothing-reported"),
    ],
)
def test_support_status_follows_the_releases(version: str | None, support: Support) -> None:
    assert support_status(version, RELEASED, PLANNED) == support


@pytest.mark.parametrize("released", list(itertools.permutations(RELEASED[1:])))
def test_support_status_does_not_depend_on_the_order_of_the_releases(released: tuple[str, ...]) -> None:
    assert [support_status(version, released) for version in RELEASED[1:]] == [
        Support.UPDATE_FIRST,
        Support.PREVIOUS,
        Support.CURRENT,
    ]


def test_support_status_moves_on_when_a_planned_release_reaches_production() -> None:
    released = [*RELEASED, "2027.1"]

    assert [support_status(version, released) for version in ("2026.4", "2026.10", "2027.1")] == [
        Support.UPDATE_FIRST,
        Support.PREVIOUS,
        Support.CURRENT,
    ]


def test_support_status_counts_a_release_listed_twice_once() -> None:
    assert support_status("2026.4", ["2026.10", "2026.10", "2026.4"]) == Support.PREVIOUS


@pytest.mark.parametrize(
    ("version", "released", "planned", "support"),
    [
        pytest.param("2026.1", [], [], Support.UNKNOWN, id="no-releases"),
        pytest.param("2026.1", [], ["2026.1"], Support.AHEAD, id="only-a-planned-one"),
        pytest.param("2026.1", ["2026.1"], [], Support.CURRENT, id="one-release"),
        pytest.param("2026.4.1", ["2026.4.1", "2026.4"], [], Support.CURRENT, id="a-release-of-three-numbers"),
        pytest.param("2026.4.2", ["2026.4.1", "2026.4"], [], Support.PREVIOUS, id="patch-beside-it"),
    ],
)
def test_support_status_of_few_releases(
    version: str, released: list[str], planned: list[str], support: Support
) -> None:
    assert support_status(version, released, planned) == support


def test_support_is_full_up_to_one_behind() -> None:
    assert {support for support in Support if support.full} == {Support.AHEAD, Support.CURRENT, Support.PREVIOUS}


@pytest.mark.parametrize(
    ("version", "line", "ended_by"),
    [
        ("2026.1", "2026.1", "2026.10"),
        ("2026.4.9", "2026.4", "2027.1"),
        ("2026.10", "2026.10", "2027.4"),
        ("2027.1", "2027.1", None),
        ("2026.2", None, None),
        ("none of ours", None, None),
        (None, None, None),
    ],
)
def test_full_support_ends_with_the_second_release_after(
    version: str | None, line: str | None, ended_by: str | None
) -> None:
    releases = [*reversed(RELEASED), *PLANNED]
    assert release_line(version, releases) == line
    assert line is None or support_ends_with(line, releases) == ended_by
    if ended_by is not None:
        # Full until that release, and no longer.
        before = [*RELEASED, *PLANNED][: [*RELEASED, *PLANNED].index(ended_by)]
        assert support_status(version, before).full
        assert not support_status(version, [*before, ended_by]).full
