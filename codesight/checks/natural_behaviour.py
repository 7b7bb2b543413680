"""Does a person shop here, at a person's pace? Timing and places of the events, nothing else.

Each rule is about what a script does and a hand does not, or about a session that hardly happened. None of
them is proof: keyboards click in the centre too, and some sites send clicks of their own.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import fmean, pstdev

from codesight.checks.base import (
    ACTIONS,
    POINTER_ACTIONS,
    CheckResult,
    EventFact,
    Finding,
    SubmissionFacts,
    concluded,
    in_order,
    minutes,
)

NAME = "natural_behaviour"
TITLE = "The shopping is natural"

FEWEST_ACTIONS = 5  # five minutes of shopping have dozens; fewer say nothing about how
ENOUGH_TO_JUDGE = 12  # actions: in fewer, an even rhythm happens by chance
MOST_UNTRUSTED = 0.2  # sites send events of their own, but hardly every fifth
LEAST_VARIATION = 0.15  # standard deviation over mean of the intervals; people are above 0.5
BURST_ACTIONS, BURST_MS = 10, 1_000.0  # the fastest hands manage seven clicks a second
CENTRE_PX = 0.6  # rounding of half pixels
CENTRED_SHARE = 0.9  # of the clicks
SHORTEST_THOUGHT_MS = 1_500.0  # somebody who reads stops at least once for longer than this
IDLE_GAP_MS = 60_000.0  # reading one product page takes less
MOST_IDLE = 0.8  # of the time; thinking aloud without touching anything is fine up to here
OUTSIDE_CLICKS = 3  # one or two can be a window that was just made smaller


def check(facts: SubmissionFacts) -> CheckResult:
    """Flags sessions that look automated, or in which hardly anything happened."""
    events = in_order(facts.events)
    actions = [event for event in events if event.type in ACTIONS]
    if len(actions) < FEWEST_ACTIONS:
        return concluded(
            [
                Finding(
                    "too_few_actions",
                    f"Only {len(actions)} clicks and inputs were captured. Check that the extension "
                    f"is connected, and shop as you would for yourself.",
                    {"actions": len(actions)},
                )
            ]
        )
    length_ms = max(events[-1].t_ms, facts.video.duration_s * 1000 if facts.video else 0.0)
    return concluded([*_forged(actions), *_rhythm(actions), *_places(events), *_idle(events, length_ms)])


def _forged(actions: Sequence[EventFact]) -> Iterator[Finding]:
    untrusted = sum(not event.trusted for event in actions)
    if untrusted / len(actions) > MOST_UNTRUSTED:
        yield Finding(
            "synthetic_events",
            f"{untrusted} of {len(actions)} actions were made by a program and not by hand. Please "
            f"switch off extensions that click or fill in forms for you.",
            {"untrusted": untrusted, "actions": len(actions)},
        )


def _rhythm(actions: Sequence[EventFact]) -> Iterator[Finding]:
    times = [event.t_ms for event in actions]
    presses = [event.t_ms for event in actions if event.type in POINTER_ACTIONS]
    if any(last - first <= BURST_MS for first, last in zip(presses, presses[BURST_ACTIONS - 1 :], strict=False)):
        yield Finding(
            "inhuman_speed",
            f"{BURST_ACTIONS} clicks within a second are faster than a hand. Please shop yourself and "
            f"at your own pace.",
        )
    if len(times) < ENOUGH_TO_JUDGE:
        return
    intervals = [later - earlier for earlier, later in pairwise(times)]
    mean = fmean(intervals)
    if mean > 0 and pstdev(intervals) / mean < LEAST_VARIATION:
        yield Finding(
            "mechanical_rhythm",
            "Your actions follow each other like clockwork. Please shop yourself and at your own pace.",
            {"variation": round(pstdev(intervals) / mean, 3), "interval_ms": round(mean)},
        )
    if max(intervals) < SHORTEST_THOUGHT_MS:
        yield Finding(
            "no_pauses",
            "There is not one pause for reading between your actions. Look at the products and say what you think.",
            {"longest_pause_ms": round(max(intervals))},
        )


def _places(events: Sequence[EventFact]) -> Iterator[Finding]:
    clicks = [event for event in events if event.type == "click" and event.pointer]
    outside = sum(_is_outside(event) for event in clicks)
    if outside >= OUTSIDE_CLICKS:
        yield Finding(
            "clicks_outside_window",
            f"{outside} clicks lie outside the window. Please use mouse, touchpad or keyboard, and no other program.",
            {"outside": outside},
        )
    measured = [event for event in clicks if event.bbox]
    centred = sum(_is_centred(event) for event in measured)
    scrolled = any(event.type == "scroll" for event in events)
    if len(measured) >= ENOUGH_TO_JUDGE and centred / len(measured) >= CENTRED_SHARE and not scrolled:
        yield Finding(
            "centre_clicks",
            f"{centred} of {len(measured)} clicks hit the exact centre of what they clicked, and "
            f"nothing was scrolled. Please shop with your own hand.",
            {"centred": centred, "clicks": len(measured)},
        )


def _idle(events: Sequence[EventFact], length_ms: float) -> Iterator[Finding]:
    times = [0.0, *(event.t_ms for event in events), length_ms]
    idle_ms = sum(gap for gap in (later - earlier for earlier, later in pairwise(times)) if gap > IDLE_GAP_MS)
    if length_ms > 0 and idle_ms / length_ms > MOST_IDLE:
        yield Finding(
            "mostly_idle",
            f"Nothing happens in {minutes(idle_ms / 1000)} of {minutes(length_ms / 1000)}. Please "
            f"record only while you shop.",
            {"idle_s": round(idle_ms / 1000), "length_s": round(length_ms / 1000)},
        )


def _is_outside(event: EventFact) -> bool:
    if event.pointer is None or event.viewport is None:
        return False
    (x, y), (width, height) = event.pointer, event.viewport
    return not (-1 <= x <= width + 1 and -1 <= y <= height + 1)


def _is_centred(event: EventFact) -> bool:
    if event.pointer is None or event.bbox is None:
        return False
    (x, y), box = event.pointer, event.bbox
    return abs(x - box.x - box.w / 2) <= CENTRE_PX and abs(y - box.y - box.h / 2) <= CENTRE_PX
