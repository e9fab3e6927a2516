"""Places in a letter that are the reader's own. A letter is rendered once; these are laid in as it is sent."""

OPENS, CLOSES = "\ue000", "\ue001"


def laid_in(name: str) -> str:
    """The place of a reader's own field in a letter. The signs are private ones, which no typed text keeps."""
    return f"{OPENS}{name}{CLOSES}"
