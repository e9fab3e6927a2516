"""The step that lets colleagues in."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from entrypoints.first_steps.step import Measured, Step


def colleagues(let_in: int, measured: Measured, *, mails_leave: bool) -> Step:
    title = _("Let your colleagues in")
    purpose = _("Somebody else can then plan, approve or stand in for you; each has a role of its own.")
    admin = measured.may("administer")
    state = ngettext("So far %(num)d account: yours.", "%(num)d colleagues are let in.", let_in)
    page = url_for("planner.colleague_list") if admin else ""
    if let_in > 1:
        return Step(title, done=True, state=state, purpose=purpose, page=page, place=_("Colleagues"))
    by_mail = "" if mails_leave else _("Without a mail server their links lie in the built-in mailbox.")
    return Step(
        title,
        done=False,
        state=state,
        purpose=purpose,
        todo=by_mail if admin else _("An administrator can do so."),
        action=_("Let a colleague in") if admin else "",
        page=page,
        command="flask users create ANNA@EXAMPLE.COM --role planner",
    )
