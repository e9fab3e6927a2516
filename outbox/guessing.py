"""What the many bounces that are no RFC 3464 reports seem to say."""

import logging
from email.message import Message

from flufl.bounce import all_failures

from outbox.mail_text import address_in, decoded, one_line, parts_of, text_of
from outbox.report_models import Action
from outbox.statements import MOST_WORDS, STATUS, Statement

# What it stumbles over is no mistake of ours, and said by us in a line.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)


def guessed_from(message: Message) -> list[Statement]:
    """What the many bounces that are no RFC 3464 reports seem to say."""
    if message["From"] is None:
        # The library looks at the sender, which some mails have not.
        message["From"] = "<>"
    try:
        temporary, permanent = all_failures(message)
    except Exception:
        return []
    words = next((decoded(part) for part in parts_of(message) if part.get_content_maintype() == "text"), "")
    found = [(Action.FAILED, address) for address in permanent] + [(Action.DELAYED, one) for one in temporary]
    return [_guess(action, address_in(text_of(address.decode("utf-8", "replace"))), words) for action, address in found]


def _guess(action: Action, address: str, words: str) -> Statement:
    at = words.lower().find(address)
    said = one_line(words[max(at, 0) :][: 2 * MOST_WORDS])[:MOST_WORDS]
    status = STATUS.search(said)
    return Statement(action, frozenset({address}), status[1][:12] if status else "", said)
