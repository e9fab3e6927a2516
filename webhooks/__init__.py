"""Signed messages to other people's systems: a row with what happened, delivered until it is taken or given up."""
