"""What a measurement hands out, and how several repetitions become one honest number."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass

PROMISED = "promised bound"
"""Name of the reference where a figure has none but what was promised."""


class Lacking(Exception):
    """This machine, or this checkout, lacks what a measurement needs; the message says what."""


@dataclass(frozen=True)
class Spread:
    """The same thing measured several times."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of the results of all repetitions, at least one."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True)
class Figure:
    """One line of the table. Without a measurement it says in `skipped` why."""

    name: str
    unit: str
    measured: Spread | None = None
    repetitions: int = 0
    """How many results `measured` is the median, lowest and highest of."""
    reference: float | None = None
    """What to compare with, in the same unit: measured in the same run, or the promised bound."""
    reference_name: str = ""
    bound: float | None = None
    """What was promised, in the same unit: the value must stay below it."""
    _: KW_ONLY
    at_least: float | None = None
    """What was promised where more is better, in the same unit: the value must reach it."""
    note: str = ""
    """Under which conditions it was measured."""
    skipped: str = ""

    @property
    def value(self) -> float | None:
        return self.measured.median if self.measured else None

    @property
    def ratio(self) -> float | None:
        """Value to reference."""
        return self.value / self.reference if self.value is not None and self.reference else None

    @property
    def kept(self) -> bool | None:
        """Is it what was promised? None where nothing was promised or measured."""
        if self.value is not None and self.at_least is not None:
            return self.value >= self.at_least
        return self.value < self.bound if self.value is not None and self.bound is not None else None


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that at least `percent` of them do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def seconds(work: Callable[[], object]) -> float:
    """How long it takes to do this once."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def in_turns(
    work: Callable[[], object], reference: Callable[[], object], times: int
) -> tuple[list[float], list[float]]:
    """Seconds of each, `times` of both: what else the machine does meets the one as much as the other."""
    pairs = [(seconds(work), seconds(reference)) for _ in range(times)]
    return [first for first, _ in pairs], [second for _, second in pairs]
