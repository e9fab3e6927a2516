"""Addresses to try: every rule of the product, with something of ours in its gaps."""

from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule


@dataclass(frozen=True)
class Somewhere:
    """What stands in the addresses that are tried."""

    release: int
    window: int
    contact: int
    notice: int
    bulletin: int
    call: int
    endpoint: int
    delivery: int
    request: int
    wave: int
    asked: int
    token: str = "none"

    def of(self, rule: Rule) -> str:
        values = {
            "release_id": str(self.release),
            "window_id": str(self.window),
            "contact_id": str(self.contact),
            "notice_id": str(self.notice),
            "bulletin_id": str(self.bulletin),
            "bulletin_kind": "newsletter",
            "call_id": str(self.call),
            "endpoint_id": str(self.endpoint),
            "delivery_id": str(self.delivery),
            "request_id": str(self.request),
            "wave_id": str(self.wave),
            "asked_id": str(self.asked),
            "what": "leave",
            "slug": "inconto" if "/products/" in rule.rule else "zorggroep-de-brug",
            "language": "nl",
            "kind": "acceptance",
            "says": "planned",
            "version": "2027.1",
            "token_id": "1",
            "freeze_id": "1",
            "user_id": "1",
            "table": "releases",
            "example": "empty",
        }
        return "".join(values[part] if is_name else part for is_name, part in _parts(rule.rule))


def _parts(rule: str) -> list[tuple[bool, str]]:
    pieces = [(False, rule.split("<")[0])]
    for piece in rule.split("<")[1:]:
        name, _, rest = piece.partition(">")
        pieces += [(True, name.rpartition(":")[2]), (False, rest)]
    return pieces


def rules(app: Flask, blueprint: str, method: str) -> dict[str, Rule]:
    return {
        rule.endpoint: rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(f"{blueprint}.") and method in (rule.methods or ())
    }
