"""How a figure is said."""

import json
from collections.abc import Callable
from statistics import median
from time import perf_counter

RUNS = 3


def say(name: str, value: float, unit: str, reference: str, reference_value: float, goal: float) -> None:
    """Print a figure: it is met where it is at most ``goal`` times what it was measured against."""
    ratio = value / reference_value
    print(
        json.dumps(
            {
                "name": name,
                "value": round(value, 4),
                "unit": unit,
                "reference": reference,
                "reference_value": round(reference_value, 6),
                "ratio": round(ratio, 3),
                "goal": f"at most {goal}",
                "met": ratio <= goal,
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
