"""`make bench`: run every benchmark, or those named, each in a process of its own; one JSON object a line.

Exits 1 where a goal was not met.
"""

import json
import subprocess
import sys

BENCHMARKS = ["planning", "pages", "year", "publishing", "api", "tick", "fanout", "feeds"]


def main(names: list[str]) -> int:
    met = True
    for name in names or BENCHMARKS:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, text=True, check=True
        )
        print(done.stdout, end="", flush=True)
        met = met and all(json.loads(line)["met"] for line in done.stdout.splitlines())
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
