"""What circuit-maintenance-parser makes of mails (`.eml`) and calendars (`.ics`): for each file a list, as JSON.

Runs in an environment of its own.
"""

import json
import sys
from pathlib import Path

from circuit_maintenance_parser import NotificationData
from circuit_maintenance_parser.provider import GenericProvider


def read(path: Path) -> list[dict[str, object]]:
    content = path.read_bytes()
    if path.suffix == ".eml":
        data = NotificationData.init_from_email_bytes(content)
    else:
        data = NotificationData.init_from_raw("text/calendar", content)
    return [json.loads(one.to_json()) for one in GenericProvider().get_maintenances(data)]


if __name__ == "__main__":
    print(json.dumps([read(Path(name)) for name in sys.argv[1:]]))  # noqa: T201
