"""Steps that still grow while the events of a recording are read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from codesight.analysis.rules import place, point
from codesight.capture.rules import Event


@dataclass(slots=True)
class Draft:
    """A step that may still grow."""

    action: str
    event: Event
    value: str
    since: float
    until: float
    """Wall times of the first and the last event."""
    seqs: list[int]
    point: tuple[float, float] | None
    moved: tuple[float, float] = (0.0, 0.0)

    def cover(self, event: Event) -> None:
        """Make a later event a part of this step."""
        self.seqs.append(event.seq)
        self.until = max(self.until, event.t_wall)

    def absorb(self, earlier: "Draft") -> None:
        """Make the step before a part of this one: it began there."""
        self.seqs += earlier.seqs
        self.since = min(self.since, earlier.since)
        self.point = earlier.point or self.point

    def within(self, milliseconds: float, event: Event) -> bool:
        """Whether the event came in the same tab at most this long after the step."""
        return self.event.tab_id == event.tab_id and event.t_wall - self.until <= milliseconds


Test: TypeAlias = Callable[[Draft], bool]


@dataclass(slots=True)
class Drafts:
    """The steps so far; only the newest ones still grow."""

    drafts: list[Draft] = field(default_factory=list)
    addresses: dict[int | None, str] = field(default_factory=dict)
    """The page that each tab shows."""

    def add(self, action: str, event: Event, value: str = "") -> Draft:
        """Begin a step."""
        if not event.url:
            event = msgspec.structs.replace(event, url=self.addresses.get(event.tab_id, ""))
        draft = Draft(action, event, value, event.t_wall, event.t_wall, [event.seq], point(event))
        self.drafts.append(draft)
        return draft

    def last(self, action: str, at: Event | None = None) -> Draft | None:
        """The last step if it is of this kind, and at the place of this event."""
        last = self.drafts[-1] if self.drafts else None
        if last and last.action == action and (at is None or place(last.event) == place(at)):
            return last
        return None

    def absorb_click(self, draft: Draft, belongs: Test, within_ms: float = float("inf")) -> bool:
        """Make the plain click before the newest step a part of it, if it belongs there."""
        return self.absorb(draft, belongs, "CLICK", "", within_ms)

    def absorb(
        self, draft: Draft, belongs: Test, action: str, value: str | None = None, within_ms: float = float("inf")
    ) -> bool:
        """Make the step before the newest one a part of it, if it is of this kind, has this value and belongs there."""
        last = self.drafts[-2] if len(self.drafts) > 1 else None
        if last is None or last.action != action or value not in (None, last.value):
            return False
        if not last.within(within_ms, draft.event) or not belongs(last):
            return False
        del self.drafts[-2]
        draft.absorb(last)
        return True
