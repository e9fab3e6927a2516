"""Who did what, and what happened to which notice: an append-only hash chain."""
