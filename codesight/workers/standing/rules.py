"""Which level a worker's numbers give, what is missing for the next one, and the rule in plain sentences. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields

import msgspec

from codesight.errors import Invalid, NotAllowed
from codesight.gigs.models import Level, Narration
from codesight.gigs.rules import may_take
from codesight.workers.standing.models import Suspension, SuspensionScope

LEVELS = list(Level)
_SPOKEN = list(Narration)
SPOKEN = {
    Narration.SOME: "now and then",
    Narration.THOUGHTS: "their thoughts as they go",
    Narration.DETAILED: "in detail",
}
"""How fully somebody speaks, in words."""
LIMITS = {"accepted": (1, 1000), "stars": (100, 500), "first_pass": (0, 100)}


@dataclass(frozen=True)
class Bar:
    """What a level asks for."""

    accepted: int
    """Recordings in all."""
    stars: int
    """Hundredths, on average."""
    first_pass: int
    """Percent that were accepted without a revision."""
    narration: Narration


@dataclass(frozen=True)
class Rule:
    """How levels follow from work. What is here holds until the owner makes a version of their own."""

    window: int = 20
    """How many of the latest recordings with a verdict stars, first tries and narration are taken from."""
    experienced: Bar = Bar(5, 380, 70, Narration.THOUGHTS)
    expert: Bar = Bar(20, 440, 85, Narration.DETAILED)
    thoughts: int = 15
    """Percent of the time somebody must speak for `Narration.THOUGHTS`."""
    detailed: int = 30

    def bar(self, level: Level) -> Bar | None:
        """What the level asks for; entry asks for nothing."""
        return {Level.ENTRY: None, Level.EXPERIENCED: self.experienced, Level.EXPERT: self.expert}[level]


def rule_of(terms: dict[str, object]) -> Rule:
    """From what was kept."""
    return msgspec.convert(terms, Rule)


def terms_of(rule: Rule) -> dict[str, object]:
    """To be kept."""
    return asdict(rule)


@dataclass(frozen=True)
class Numbers:
    """What a worker has shown; see `models.WorkerNumbers` for the meaning of each."""

    accepted: int = 0
    decided: int = 0
    stars: int | None = None
    first_pass: int | None = None
    narration: int | None = None


NOTHING_YET = Numbers()


@dataclass(frozen=True)
class Measure:
    """One number beside what is asked for."""

    name: str
    has: str
    wants: str
    met: bool


def narration_of(rule: Rule, numbers: Numbers) -> Narration:
    """How fully somebody speaks; who was not measured yet speaks now and then."""
    percent = numbers.narration or 0
    if percent >= rule.detailed:
        return Narration.DETAILED
    return Narration.THOUGHTS if percent >= rule.thoughts else Narration.SOME


def speaks_enough(has: Narration, asked: Narration) -> bool:
    """Whether somebody who narrates like this may take what asks for that."""
    return _SPOKEN.index(has) >= _SPOKEN.index(asked)


def level_of(rule: Rule, numbers: Numbers) -> Level:
    """The highest level of which everything is met."""
    met = [level for level in LEVELS if all(one.met for one in measures(rule, level, numbers))]
    return met[-1]


def is_lower(one: Level, other: Level) -> bool:
    """Whether the first level opens less than the second."""
    return not may_take(one, other)


def next_level(level: Level) -> Level | None:
    """The one above; None for the highest."""
    return LEVELS[LEVELS.index(level) + 1] if level != LEVELS[-1] else None


def measures(rule: Rule, level: Level, numbers: Numbers) -> Sequence[Measure]:
    """A worker's numbers beside what the level asks for; nothing for entry."""
    bar = rule.bar(level)
    if bar is None:
        return ()
    asked_percent = {Narration.SOME: 0, Narration.THOUGHTS: rule.thoughts, Narration.DETAILED: rule.detailed}
    return (
        Measure("Accepted recordings", str(numbers.accepted), str(bar.accepted), numbers.accepted >= bar.accepted),
        Measure("Stars on average", _stars(numbers.stars), _stars(bar.stars), (numbers.stars or 0) >= bar.stars),
        Measure(
            "Accepted at the first try", _percent(numbers.first_pass), _percent(bar.first_pass),
            (numbers.first_pass or 0) >= bar.first_pass,
        ),
        Measure(
            "Time spent speaking", _percent(numbers.narration), _percent(asked_percent[bar.narration]),
            speaks_enough(narration_of(rule, numbers), bar.narration),
        ),
    )  # fmt: skip


def sentences(rule: Rule) -> list[str]:
    """The rule as people read it."""
    return [
        "Everybody begins at entry.",
        *(_sentence(level, bar) for level in LEVELS if (bar := rule.bar(level))),
        f"Stars, first tries and narration are taken from the last {rule.window} recordings with a verdict.",
        f"Somebody says their thoughts as they go who speaks in {rule.thoughts} % of the time, and speaks in detail "
        f"in {rule.detailed} %.",
        "Who reaches a level gets it at once. Nobody moves down unless the owner decides it.",
    ]


def ensure_sensible(rule: Rule) -> None:
    """Raises Invalid `invalid_rule` with what is wrong, by field."""
    wrong: dict[str, list[str]] = {}
    if not 1 <= rule.window <= 200:
        wrong["window"] = ["From 1 to 200 recordings."]
    if not 0 < rule.thoughts < rule.detailed <= 100:
        wrong["detailed"] = ["In detail asks for more of the time than thoughts, and for 100 % at most."]
    for level in (Level.EXPERIENCED, Level.EXPERT):
        for name, (least, most) in LIMITS.items():
            if not least <= getattr(rule.bar(level), name) <= most:
                wrong[f"{level}_{name}"] = [f"From {least} to {most}."]
    for part in fields(Bar):
        lower, higher = getattr(rule.experienced, part.name), getattr(rule.expert, part.name)
        if not (speaks_enough(higher, lower) if part.name == "narration" else higher >= lower):
            wrong.setdefault(f"expert_{part.name}", ["Expert asks for no less than experienced."])
    if wrong:
        said = " ".join(why for reasons in wrong.values() for why in reasons)
        raise Invalid("invalid_rule", said, fields=wrong)


def suspended(found: Suspension) -> NotAllowed:
    """The refusal that a suspension means, in the worker's words."""
    until = f" until {found.until:%d %B %Y, %H:%M} UTC" if found.until else ""
    said = f"You are suspended from {scope_words(found)}{until}. The reason: {found.reason} "
    rest = "What you recorded and earned stays yours. You can appeal on the page about your level."
    return NotAllowed(
        "suspended",
        said + rest,
        suspension=found.id,
        until=found.until.isoformat() if found.until else None,
        reason=found.reason,
    )


def scope_words(found: Suspension) -> str:
    """What it is from."""
    match found.scope:
        case SuspensionScope.ALL:
            return "all new work"
        case SuspensionScope.GIG:
            return "new work of this project"
        case SuspensionScope.TIER:
            return f"new work of the {found.tier} package"


@dataclass(frozen=True)
class Mover:
    """Somebody whom the rule would give another level."""

    worker_id: int
    name: str
    level: tuple[Level, Level]
    """As it is, and as it would be."""
    narration: tuple[Narration, Narration]
    why: Sequence[Measure] = field(default_factory=tuple)
    """Their numbers beside the bar that decides: the one they reach, or the one they no longer do."""

    @property
    def up(self) -> bool:
        return (self.level[0] == self.level[1] and not speaks_enough(*self.narration)) or is_lower(*self.level)


def _sentence(level: Level, bar: Bar) -> str:
    spoken = "" if bar.narration == Narration.SOME else f", and says {SPOKEN[bar.narration]}"
    if bar.narration == Narration.DETAILED:
        spoken = ", and speaks in detail"
    return (
        f"{level.title()} is who has {bar.accepted} accepted recordings, {_stars(bar.stars)} stars on average, "
        f"{bar.first_pass} % accepted at the first try{spoken}."
    )


def _stars(hundredths: int | None) -> str:
    return "–" if hundredths is None else f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def _percent(value: int | None) -> str:
    return "–" if value is None else f"{value} %"
