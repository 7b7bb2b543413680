"""Measures, prints a table, and writes `build/bench.jsonl`: `python -m tests.benchmarks [group…]`."""

import argparse
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.architecture.source import ROOT
from tests.benchmarks import candidates, first_page, ingest, masking, pages, remux, report, video_clock, workforce
from tests.benchmarks.figures import Figure

Measure = Callable[[], Iterator[Figure]]

GROUPS: Mapping[str, Measure] = {
    "candidates": candidates.measure,
    "masking": masking.measure,
    "remux": remux.measure,
    "pages": pages.measure,
    "ingest": ingest.measure,
    "workforce": workforce.measure,
    "video_clock": video_clock.measure,
    "first_page": first_page.measure,
}
OUTPUT = ROOT / "build" / "bench.jsonl"


def run(groups: Mapping[str, Measure], output: Path, commit: str) -> int:
    """Measure one group after the other. Returns 1 when one broke; the others are measured all the same."""
    output.parent.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    broken: list[str] = []
    with output.open("w") as lines:
        for name, measure in groups.items():
            print(f"measuring {name}", file=sys.stderr, flush=True)
            try:
                for figure in measure():
                    figures.append(figure)
                    command = f".venv/bin/python -m tests.benchmarks {name}"
                    print(report.record(figure, command=command, commit=commit), file=lines, flush=True)
            except Exception:
                traceback.print_exc()
                broken.append(name)
    print(f"{report.machine()}, commit {commit}\n\n{report.table(figures)}")
    for name in broken:
        print(f"broken: {name}, see above", file=sys.stderr)
    return 1 if broken else 0


def main(words: Sequence[str] | None = None) -> int:
    """Measure what was asked for, or everything."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)}; all when none is named")
    wanted = parser.parse_args(words).groups or list(GROUPS)
    if unknown := [name for name in wanted if name not in GROUPS]:
        parser.error(f"there is no group {unknown[0]!r}; there are {', '.join(GROUPS)}")
    return run({name: GROUPS[name] for name in wanted}, OUTPUT, report.commit(ROOT))


if __name__ == "__main__":
    sys.exit(main())
