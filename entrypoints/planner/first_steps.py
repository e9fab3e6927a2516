"""What to do with an empty product, step by step."""

from flask import current_app, render_template, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from announcements.first_mail import send_first_mail
from entrypoints.first_steps import first_steps as steps_of
from entrypoints.forms import EmptyForm
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from evidence.actors import May
from tenants.queries import products


@planner.get("/first-steps")
def first_steps() -> str:
    """Which of the first steps are done, as it is measured at this moment, and the next thing to do for the others."""
    product = chosen_product() if products() else None
    steps = steps_of(dict(current_app.config), product, actor(), now())
    return render_template(
        "planner/first_steps.html",
        product=product,
        steps=steps,
        done=sum(step.done for step in steps),
        form=EmptyForm(),
    )


@planner.post("/first-steps/trial")
def first_mail() -> str | Response | tuple[str, int]:
    """Mail a trial to the reader."""
    require_may(May.MANAGE)
    return act(
        EmptyForm(),
        lambda: send_first_mail(current_user._get_current_object(), actor(), now()),
        _("A trial leaves within a minute, to %(address)s.", address=actor().name),
        url_for("planner.first_steps"),
    )
