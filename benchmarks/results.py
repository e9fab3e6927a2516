"""How a figure is said."""

import json
from collections.abc import Callable
from statistics import median
from time import perf_counter

RUNS = 3


def say(name: str, value: float, unit: str, reference: str, reference_value: float, goal: float) -> None:
    """Print a figure: it is met where it is at most ``goal`` times what it was measured against."""
    _say(name, value, unit, reference, reference_value, f"at most {goal}", value / reference_value <= goal)


def say_at_least(name: str, value: float, unit: str, reference: str, reference_value: float, goal: float) -> None:
    """The same for a figure that is met where it is at least ``goal`` times as much."""
    _say(name, value, unit, reference, reference_value, f"at least {goal}", value / reference_value >= goal)


def say_beside(name: str, value: float, unit: str, reference: str, reference_value: float) -> None:
    """A figure that has no goal: it shows how far there is to go."""
    _say(name, value, unit, reference, reference_value, "none", met=True)


def _say(name: str, value: float, unit: str, reference: str, reference_value: float, goal: str, met: bool) -> None:
    print(
        json.dumps(
            {
                "name": name,
                "value": round(value, 4),
                "unit": unit,
                "reference": reference,
                "reference_value": round(reference_value, 6),
                "ratio": round(value / reference_value, 3),
                "goal": goal,
                "met": met,
            }
        ),
        flush=True,
    )


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """The median time of some runs."""
    taken = []
    for _run in range(runs):
        started = perf_counter()
        work()
        taken.append(perf_counter() - started)
    return median(taken)
