"""Figures as a table for people and as JSON lines for machines, with where they come from."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure

HEADER = ("figure", "value", "from … to", "unit", "reference", "ratio", "promised", "reference is")


def commit(root: Path) -> str:
    """The checked-out commit, with `-dirty` behind it when the folder holds anything that is not committed."""
    head = _git(root, "rev-parse", "--short=12", "HEAD")
    return f"{head}-dirty" if is_dirty(root) else head


def is_dirty(root: Path) -> bool:
    """Does the folder hold changes or new files that are not committed?"""
    return bool(_git(root, "status", "--porcelain"))


def machine() -> str:
    """What this machine is, and how busy: figures of different machines do not compare."""
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{system}, load {load}, Python {platform.python_version()}"


def record(figure: Figure, *, command: str, commit: str) -> str:
    """The figure as one line of JSON."""
    measured = figure.measured
    fields: dict[str, Any] = {
        "name": figure.name,
        "value": _rounded(figure.value),
        "unit": figure.unit,
        "reference": _rounded(figure.reference),
        "reference_name": figure.reference_name,
        "ratio": _rounded(figure.ratio),
        "bound": figure.bound,
        "at_least": figure.at_least,
        "kept": figure.kept,
        "low": _rounded(measured.low if measured else None),
        "high": _rounded(measured.high if measured else None),
        "repetitions": figure.repetitions,
        "load": _rounded(os.getloadavg()[0]),
        "note": figure.note,
        "skipped": figure.skipped,
        "command": command,
        "commit": commit,
    }
    return json.dumps(fields, ensure_ascii=False)


def table(figures: Iterable[Figure]) -> str:
    """All figures under each other, then the conditions and what was skipped."""
    figures = list(figures)
    rows = [HEADER, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += dict.fromkeys(f"note: {figure.note}" for figure in figures if figure.note)
    lines += [f"skipped: {figure.name} — {figure.skipped}" for figure in figures if figure.skipped]
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    if figure.measured is None:
        return (figure.name, "skipped", "", figure.unit, "", "", "", "")
    promise = f"< {_shown(figure.bound)}" if figure.at_least is None else f">= {_shown(figure.at_least)}"
    verdict = "" if figure.kept is None else f"{promise} {'kept' if figure.kept else 'MISSED'}"
    return (
        figure.name,
        _shown(figure.value),
        f"{_shown(figure.measured.low)} … {_shown(figure.measured.high)}" if figure.repetitions > 1 else "",
        figure.unit,
        _shown(figure.reference),
        _shown(figure.ratio),
        verdict,
        figure.reference_name,
    )


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def _shown(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 1000 else f"{float(f'{number:.3g}'):g}"


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()
