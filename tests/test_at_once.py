"""What is wrong is said all at once: checks whose refusals are kept until the block ends."""

from collections.abc import Sequence

import pytest

from storage import AllAtOnce, Conflict, Refused


def refuse(field: str, kind: type[Refused] = Refused) -> str:
    raise kind(field, f"{field} is wrong")


def checked(fields: Sequence[str], conflicts: Sequence[str] = (), escaping: str = "") -> str:
    with AllAtOnce() as each:
        value = each(str, 7)
        for field in fields:
            each(refuse, field, Conflict if field in conflicts else Refused)
        if escaping:
            refuse(escaping)
    return value


def checked_within(fields: Sequence[str], outer: str) -> None:
    with AllAtOnce() as each:
        each(checked, fields)
        each.add(Refused(outer, f"{outer} is wrong"))


def test_nothing_wrong_gives_the_values() -> None:
    assert checked([]) == "7"


def test_all_that_was_refused_is_raised_as_one() -> None:
    with pytest.raises(Refused) as raised:
        checked(["name", "email"], escaping="phone")
    assert [one.field for one in raised.value.all] == ["name", "email", "phone"]
    assert raised.value.message == "name is wrong"


def test_blocks_within_blocks_are_told_together() -> None:
    with pytest.raises(Refused) as raised:
        checked_within(["phone", "phone"], "email")
    assert [one.field for one in raised.value.all] == ["phone", "phone", "email"]


@pytest.mark.parametrize(
    ("fields", "kind", "told"), [(["slug"], Conflict, ["slug"]), (["slug", "name"], Refused, ["name", "slug"])]
)
def test_conflict_is_the_first_only_where_nothing_else_is_wrong(
    fields: list[str], kind: type[Refused], told: list[str]
) -> None:
    with pytest.raises(Refused) as raised:
        checked(fields, conflicts=["slug"])
    assert (type(raised.value), [one.field for one in raised.value.all]) == (kind, told)
