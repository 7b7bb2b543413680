"""How the benchmarks report; what they measure is no test's business."""

import importlib
import json
import pkgutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import benchmarks
from tests.benchmarks import report
from tests.benchmarks.__main__ import GROUPS, main, run
from tests.benchmarks.figures import Figure, Spread, percentile

QUICK = Figure(
    "quick_ms", "ms", Spread(4.0, 3.5, 9.0), 3, reference=2.0, reference_name="a ping", bound=10.0, note="idle"
)
SLOW = Figure("slow_ms", "ms", Spread(80.0, 70.0, 90.0), 3, reference=50.0, reference_name="promised bound", bound=50.0)
ABSENT = Figure("absent_ms", "ms", skipped="there is no PostgreSQL here")


def test_every_figure_is_one_json_object_with_its_origin() -> None:
    written = json.loads(report.record(QUICK, command="python -m tests.benchmarks quick", commit="abc"))
    promised = {"name", "value", "unit", "reference", "ratio", "command", "commit"}
    assert {name: written[name] for name in promised} == {
        "name": "quick_ms",
        "value": 4.0,
        "unit": "ms",
        "reference": 2.0,
        "ratio": 2.0,
        "command": "python -m tests.benchmarks quick",
        "commit": "abc",
    }
    assert (written["reference_name"], written["low"], written["high"], written["kept"]) == ("a ping", 3.5, 9.0, True)


def test_what_could_not_be_measured_has_no_value_and_a_reason() -> None:
    written = json.loads(report.record(ABSENT, command="c", commit="abc"))
    assert [written[name] for name in ("value", "ratio", "kept")] == [None, None, None]
    assert written["skipped"] == "there is no PostgreSQL here"


def test_the_table_says_what_was_kept_missed_and_skipped() -> None:
    lines = report.table([QUICK, SLOW, ABSENT]).splitlines()
    line_of = {line.split()[0]: line for line in lines}
    assert "3.5 … 9" in line_of["quick_ms"] and "< 10 kept" in line_of["quick_ms"]
    assert "< 50 MISSED" in line_of["slow_ms"] and "1.6" in line_of["slow_ms"]
    assert "skipped" in line_of["absent_ms"]
    assert lines[-2:] == ["note: idle", "skipped: absent_ms — there is no PostgreSQL here"]


@pytest.mark.parametrize(("value", "kept"), [(9.999, True), (10.0, False), (10.001, False)])
def test_a_promise_is_kept_below_its_bound_only(value: float, kept: bool) -> None:
    assert Figure("x", "ms", Spread.of([value]), 1, bound=10.0).kept is kept


@pytest.mark.parametrize(("percent", "expected"), [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0)])
def test_a_percentile_is_a_value_that_occurred(percent: float, expected: float) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], percent) == expected


def test_repetitions_become_their_median_with_the_lowest_and_highest() -> None:
    assert Spread.of([3.0, 1.0, 50.0]) == Spread(3.0, 1.0, 50.0)


def test_a_group_that_breaks_fails_the_run_and_stops_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks() -> Iterator[Figure]:
        yield QUICK
        raise RuntimeError("the server said nothing")

    output = tmp_path / "build" / "bench.jsonl"
    assert run({"first": breaks, "second": lambda: iter([SLOW])}, output, "abc") == 1
    written = [json.loads(line) for line in output.read_text().splitlines()]
    assert [(one["name"], one["command"].split()[-1]) for one in written] == [
        ("quick_ms", "first"),
        ("slow_ms", "second"),
    ]
    said = capsys.readouterr()
    assert "slow_ms" in said.out and "the server said nothing" in said.err and "broken: first" in said.err


def test_a_skipped_figure_does_not_fail_the_run(tmp_path: Path) -> None:
    assert run({"only": lambda: iter([ABSENT])}, tmp_path / "bench.jsonl", "abc") == 0


def test_an_unknown_group_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["pagse"])
    said = capsys.readouterr().err
    assert "pagse" in said and all(name in said for name in GROUPS)


def test_every_module_that_measures_is_listed() -> None:
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"]
    modules = {name: importlib.import_module(f"tests.benchmarks.{name}") for name in names}
    assert {name for name, module in modules.items() if hasattr(module, "measure")} == set(GROUPS)


def test_the_commit_says_when_something_is_not_committed(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        person = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(["git", *person, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-m", "one")
    clean = report.commit(tmp_path)
    assert len(clean) == 12 and not report.is_dirty(tmp_path)
    (tmp_path / "new").write_text("two")
    assert report.commit(tmp_path) == f"{clean}-dirty"
