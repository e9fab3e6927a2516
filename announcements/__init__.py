"""What a notice says, to whom, in which language; into the outbox; and what became of it."""
