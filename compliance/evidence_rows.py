"""The columns of the evidence in a file: one row for each mail, call or letter, whatever it was about."""

from datetime import datetime
from typing import Any

from compliance.mail_proof import MailProof

_OF_A_WAY = (
    "channel",
    "contact",
    "address",
    "language",
    "mail_state",
    "sent_at",
    "server_reply",
    "proof",
    "bounced_at",
    "bounce",
    "message_id",
    "sha256",
    "trial",
    "recorded_by",
    "subject",
    "support_warning",
)


def way(channel: str = "", **values: Any) -> dict[str, Any]:
    """Return the columns that say how somebody was told; what is not given is empty, nobody told being all empty."""
    return dict.fromkeys(_OF_A_WAY, "") | {"channel": channel} | values


def by_mail(mail: MailProof) -> dict[str, Any]:
    """Return the columns of one mail."""
    return way(
        "mail",
        contact=mail.name,
        address=mail.address,
        language=mail.language,
        mail_state=mail.state.value,
        sent_at=in_text(mail.sent_at),
        server_reply=mail.reply,
        proof=mail.proof,
        bounced_at=in_text(mail.bounced_at),
        bounce=mail.bounce,
        message_id=mail.message_id,
        sha256=mail.sent_hash,
        trial=mail.trial,
        subject=mail.subject,
        support_warning=mail.support,
    )


def in_text(moment: datetime | None) -> str:
    """A moment in ISO 8601, empty for none."""
    return moment.isoformat() if moment else ""
