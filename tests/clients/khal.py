"""khal, fed by vdirsyncer over HTTP as its users do it.

Of what comes over HTTP vdirsyncer makes names of its own, from the content: an event is known here by its times alone.
"""

import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.clients.reading import Event, Events, by_uid, icalendar
from tests.environments import program
from tests.world import AMSTERDAM

VDIRSYNCER = """\
[general]
status_path = "{folder}/status"

[pair feed]
a = "here"
b = "there"
collections = null

[storage here]
type = "filesystem"
path = "{folder}/calendar"
fileext = ".ics"

[storage there]
type = "http"
url = "{url}"
"""
KHAL = """\
[calendars]
[[feed]]
path = {folder}/calendar

[locale]
local_timezone = Europe/Amsterdam
default_timezone = Europe/Amsterdam
timeformat = %H:%M:%S
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M:%S
longdatetimeformat = %Y-%m-%d %H:%M:%S

[sqlite]
path = {folder}/khal.db
"""
FIELDS = ("uid", "start-long", "end-long", "all-day", "status")


def listed(url: str, folder: Path) -> Events:
    """What khal lists in Amsterdam of a calendar that vdirsyncer brought into an empty folder.

    khal shows no SEQUENCE; that is read from the files that vdirsyncer wrote.
    """
    (folder / "calendar").mkdir()
    (folder / "vdirsyncer.conf").write_text(VDIRSYNCER.format(folder=folder, url=url))
    (folder / "khal.conf").write_text(KHAL.format(folder=folder))
    for command in ("discover", "sync"):
        _run(folder, "vdirsyncer", command)
    kept = by_uid(
        event for path in (folder / "calendar").glob("*.ics") for event in icalendar(path.read_bytes()).values()
    )
    days = sorted(f"{day:%Y-%m-%d}" for event in kept.values() for day in (event.starts, event.ends))
    fields = [word for name in FIELDS for word in ("--json", name)]
    printed = _run(folder, "khal", "list", "--once", *fields, days[0], days[-1])
    # A line for every day.
    rows = [row for line in printed.splitlines() for row in json.loads(line)]
    return by_uid(_event(row, kept[row["uid"]].sequence) for row in rows)


def _event(row: dict[str, str], sequence: int) -> Event:
    starts: datetime | date
    ends: datetime | date
    if row["all-day"] == "True":
        # khal shows the last day itself.
        starts, ends = (date.fromisoformat(row[name]) for name in ("start-long", "end-long"))
        ends += timedelta(days=1)
    else:
        starts, ends = (_moment(row[name]) for name in ("start-long", "end-long"))
    return Event(row["uid"], starts, ends, row["status"] == "CANCELLED", sequence)


def _moment(shown: str) -> datetime:
    return datetime.fromisoformat(shown).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def _run(folder: Path, name: str, *words: str) -> str:
    """Run a program with its settings in a folder, where it finds nothing of this machine's user."""
    done = subprocess.run(
        [program("khal", name), "-c", str(folder / f"{name}.conf"), *words],
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
