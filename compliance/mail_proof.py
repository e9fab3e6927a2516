"""One mail as the proof shows it: to whom, in which words, what became of it, and the hash of what was sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outbox.models import Letter, MessageState, OutboxMessage
from outbox.places import laid_in

# What is read of a mail, joined to its letter; `mail_proof` takes a row that has these.
MAIL = (
    OutboxMessage.created_at,
    OutboxMessage.name,
    OutboxMessage.address,
    OutboxMessage.fields,
    OutboxMessage.state,
    OutboxMessage.sent_at,
    OutboxMessage.reply,
    OutboxMessage.message_id,
    OutboxMessage.sent_hash,
    OutboxMessage.trial,
    OutboxMessage.proof,
    OutboxMessage.bounced_at,
    OutboxMessage.bounce,
    Letter.language,
    Letter.subject,
)


@dataclass(frozen=True)
class MailProof:
    """One mail to one contact: when, in which language, what became of it, and the hash of the bytes that were sent."""

    created_at: datetime
    name: str
    address: str
    language: str
    subject: str
    # The sentence that warned of the end of full support, in the words of the mail; empty where it said none (SLA 4.2).
    support: str
    state: MessageState
    sent_at: datetime | None
    reply: str
    message_id: str
    sent_hash: str
    trial: bool
    # How we know, where no server's answer says so; and what a report said of it later.
    proof: str
    bounced_at: datetime | None
    bounce: str

    @property
    def proves(self) -> bool:
        """Whether a real mail server took it, and it did not come back."""
        return self.state is MessageState.SENT and not self.trial and self.bounced_at is None


def mail_proof(row: Any) -> MailProof:
    return MailProof(
        created_at=row.created_at,
        name=row.name,
        address=row.address,
        language=row.language,
        subject=laid_in(row.subject, row.fields),
        support=row.fields.get("support", "").strip(),
        state=row.state,
        sent_at=row.sent_at,
        reply=row.reply,
        message_id=row.message_id,
        sent_hash=row.sent_hash,
        trial=row.trial,
        proof=row.proof,
        bounced_at=row.bounced_at,
        bounce=row.bounce,
    )


def first_taken(mails: Iterable[MailProof]) -> datetime | None:
    """When a server took the first of them, None for none; a trial is no proof, nor is what came back."""
    return min((one.sent_at for one in mails if one.proves and one.sent_at), default=None)
