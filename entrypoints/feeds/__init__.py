"""Feeds by secret address. Pollers fail silently, so they are answered plainly and never limited into errors."""
