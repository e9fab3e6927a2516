"""What a service refused, in the words that a page has for it: programs are told of ISO 8601, people are not."""

from flask_babel import gettext as _

from storage import Refused, Shape, Unreadable


def in_peoples_words(refused: Refused) -> str:
    """The sentence that a page shows."""
    if not isinstance(refused, Unreadable):
        return refused.message
    if refused.shape is Shape.PERIOD:
        return _("This is no length of time. Write it as 3 weeks, 2 months or 10 days; two years at most.")
    # A browser sends nothing of a date that is half filled in or that no calendar has.
    if refused.shape is Shape.DAY and refused.is_missing:
        return _("Fill in a whole date. One that does not exist, such as 31 February, does not reach us.")
    if refused.is_missing:
        return _("Fill in a whole date and a time. One that does not exist, such as 31 February, does not reach us.")
    if refused.shape is Shape.DAY:
        return _("This date does not exist, or we cannot read it. Write it as 15 March 2027.")
    return _("This date or time does not exist, or we cannot read it. Write it as 15 March 2027, 06:00.")
