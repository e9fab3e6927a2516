"""Every value comes back exactly as it was, in both formats and on both engines."""

import io
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Table,
    Text,
    insert,
    select,
)

from entrypoints.moving.row_files import FORMATS
from entrypoints.moving.values import form_of, selected
from outbox.models import Letter
from storage import choice, db
from storage.types import UTCDateTime
from tests.commands.conftest import NewPlace
from tests.world import NOW


class Colour(StrEnum):
    RED = "red"


TABLE = Table(
    "some",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("text", Text),
    Column("truth", Boolean),
    Column("ratio", Float),
    Column("moment", UTCDateTime),
    Column("day", Date),
    Column("bytes", LargeBinary),
    Column("facts", JSON),
    Column("colour", choice(Colour)),
)
MARKS = [
    "",
    "\\N",
    "\\",
    "\\\\N",
    "\r",
    "\r\n",
    "\n",
    "\u2028",
    '"',
    '""',
    ",",
    "null",
    " ",
    "\ufeff",
    "\0",
    "\x85",
    "=1+1",
]
WORDS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(MARKS)
ROWS = st.lists(
    st.tuples(
        st.integers(-(2**31), 2**31 - 1),
        st.none() | WORDS,
        st.none() | st.booleans(),
        st.none() | st.floats(allow_nan=False),
        st.none() | st.datetimes(timezones=st.just(UTC)),
        st.none() | st.dates(),
        st.none() | st.binary(),
        st.sampled_from([None, "null", "{}", '{"a": "b\\u2028"}']),
        st.sampled_from([None, "red"]),
    ),
    max_size=5,
)
NAMES = [column.name for column in TABLE.columns]
NASTY = [
    "",
    "\\N",
    "\\",
    "\n",
    "\r\na\rb\n",
    "\u2028\u2029\x85\x0b\x0c",
    '"quoted", "twice"',
    "\u202eمرحبا\u202c",
    "=HYPERLINK(1)",
    "'; DROP TABLE letter; --",
    "é\U0001f600" * 200_000,
]


@pytest.mark.parametrize("form", FORMATS)
@given(rows=ROWS)
def test_rows_come_back_as_they_were(form: str, rows: list[tuple[Any, ...]]) -> None:
    written = io.StringIO(newline="")
    assert FORMATS[form].write(written, TABLE, rows) == len(rows)

    found = list(FORMATS[form].read(io.BytesIO(written.getvalue().encode()), TABLE))

    assert found == [dict(zip(NAMES, row, strict=True)) for row in rows]


@pytest.mark.parametrize("form", FORMATS)
def test_moments_keep_their_offset(form: str) -> None:
    summer = datetime(2026, 7, 1, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    written = io.StringIO(newline="")
    FORMATS[form].write(written, TABLE, [(1, None, None, math.inf, summer, date.min, b"", None, None)])

    assert "2026-07-01T12:00:00.000001+02:00" in written.getvalue()
    (found,) = FORMATS[form].read(io.BytesIO(written.getvalue().encode()), TABLE)
    assert (found["moment"], found["ratio"], found["day"]) == (summer, math.inf, date.min)


def test_type_without_a_form_is_named() -> None:
    with pytest.raises(TypeError, match=r"other\.lasts is Interval\(\), which has no form in entrypoints/moving"):
        form_of(Table("other", MetaData(), Column("lasts", Interval)).c.lasts)


@pytest.mark.parametrize("form", FORMATS)
def test_nasty_texts_go_to_postgresql_and_back(
    new_place: NewPlace, tmp_path: Path, form: str, letters: Callable[[], list[Any]]
) -> None:
    found = []
    for number, engine in enumerate(("sqlite", "postgresql", "sqlite")):
        with new_place(engine).at_home() as here:
            if number == 0:
                rows = [
                    {
                        "announcement_id": None,
                        "language": "nl",
                        "subject": text,
                        "plain": text,
                        "html": text,
                        "created_at": NOW,
                    }
                    for text in NASTY
                ]
                db.session.execute(insert(Letter), rows)
                db.session.commit()
            else:
                done = here.run("import", "everything", tmp_path / str(number - 1))
                assert (done.exit_code, done.stderr) == (0, "")
            found.append(letters())
            here.run("export", "everything", tmp_path / str(number), "--format", form)

    assert [row.plain for row in found[0]] == NASTY
    assert found[1:] == found[:1] * 2
    for number in (1, 2):
        assert (tmp_path / str(number) / f"letter.{form}").read_bytes() == (
            tmp_path / "0" / f"letter.{form}"
        ).read_bytes()


@pytest.fixture
def letters() -> Callable[[], list[Any]]:
    def letters() -> list[Any]:
        rows = db.session.execute(select(*map(selected, Letter.__table__.columns)).order_by(Letter.id)).all()
        db.session.rollback()
        return list(rows)

    return letters
