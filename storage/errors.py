"""What a service says when it will not do a thing."""


class Refused(ValueError):
    """Something given cannot be used. ``field`` is the name a form knows it by; the text says what to do instead."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class Conflict(Refused):
    """It was changed by someone else in the meantime, or exists already."""
