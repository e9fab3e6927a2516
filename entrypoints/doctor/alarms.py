"""The channels for alarms: can their addresses be used. Nothing is sent, and no address is shown."""

from typing import Any

from alarms.channels import parse
from entrypoints.doctor.finding import Finding


def channels(config: dict[str, Any]) -> Finding:
    """Read ALARM_URLS as delivery does."""
    try:
        found = parse(config["ALARM_URLS"] or "")
    except ValueError as error:
        return Finding("alarms", f"ALARM_URLS: {error}", "correct ALARM_URLS; “flask alarms test” tries it out")
    if not found:
        return Finding("alarms", "by mail only, which may be the very thing that is broken (ALARM_URLS names channels)")
    return Finding("alarms", f"by mail, and by {', '.join(address.name for address in found)}")
