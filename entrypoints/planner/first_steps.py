"""What to do with an empty product."""

from flask import render_template

from entrypoints.planner.blueprint import planner


@planner.get("/first-steps")
def first_steps() -> str:
    """What to do with an empty product."""
    return render_template("planner/first_steps.html")
