"""Events reduced to steps: what somebody would have to do to repeat the demonstration.

Typing with corrections is one TYPE, a scroll in ten pieces one SCROLL; what the browser did by itself (a page
that loads because of a click, the click that Enter causes on a form's button) is no step. Times are by the
browser's clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from codesight.analysis.base import Action, RecordingFacts, Result
from codesight.analysis.drafts import Draft, Drafts
from codesight.analysis.models import AnalysisState
from codesight.analysis.rules import (
    CONSEQUENCE_MS,
    SLOW_PAGE_MS,
    Cause,
    edits_a_field,
    is_by_pointer,
    is_text_field,
    place,
)
from codesight.capture.rules import Dialog, Drag, Event, EventType, Files, Scroll, selector, text_of
from codesight.recordings.rules import VideoClock

NAME = "steps"
TITLE = "Navigation steps"

SCROLL_PAUSE_MS = 1_000.0
DOUBLE_CLICK_MS = 700.0
SAME_ACTION_MS = 300.0
"""A click this soon after Enter or before a ticked box is a part of it."""
MENU_MS = 5_000.0
"""How long a menu that opened by hovering is taken to stay open."""
LATE_CHANGE_MS = 2_000.0

CLICK, TYPE, SELECT, CHECK, ENTER, KEY = "CLICK", "TYPE", "SELECT", "CHECK", "ENTER", "KEY"
SCROLL, HOVER, NAVIGATE, DRAG = "SCROLL", "HOVER", "NAVIGATE", "DRAG"
COPY, UPLOAD, DIALOG = "COPY", "UPLOAD", "DIALOG"
TAB_OPENED, TAB_SWITCHED, TAB_CLOSED = "TAB_OPENED", "TAB_SWITCHED", "TAB_CLOSED"

_MENU_ROLES = frozenset({"menu", "menubar", "menuitem"})
_BY_SCRIPT = frozenset({"history", "hash"})  # or by an action that is a step already


def run(facts: RecordingFacts) -> Result:
    """The steps of the events."""
    found = tuple(reduce(facts.events, facts.clock))
    return Result(AnalysisState.DONE, f"{len(found)} steps out of {len(facts.events)} events", steps=found)


def reduce(events: Sequence[Event], clock: VideoClock | None) -> list[Action]:
    """Steps in their order in time. Without a video the first event is second zero."""
    ordered = sorted(events, key=lambda event: (event.t_wall, event.seq))
    if not ordered:
        return []
    clock = clock or VideoClock(ordered[0].t_wall)
    reduction = _Reduction()
    for event in ordered:
        reduction.take(event)
    return [_finished(draft, clock) for draft in reduction.drafts]


@dataclass(slots=True)
class _Reduction(Drafts):
    """Each method takes one kind of event: as a step, as a part of the last one, or not at all."""

    causes: dict[int | None, Cause] = field(default_factory=dict)
    hovered: Event | None = None

    def take(self, event: Event) -> None:
        # What a page's script made is not what the person did.
        if not event.trusted:
            return
        if event.url and not event.frame_path:
            self.addresses[event.tab_id] = event.url
        _TAKERS[event.type](self, event)

    def click(self, event: Event) -> None:
        last = self.drafts[-1] if self.drafts else None
        if last and self._is_part_of(last, event):
            last.cover(event)
        else:
            self._add_menu_hover(event)
            self.add(CLICK, event)
        self._expect_page(event)

    def _is_part_of(self, last: Draft, click: Event) -> bool:
        """The click that Enter makes on a form's button, that ends a drag, or is the third of a triple click."""
        if last.action == ENTER:
            return last.within(SAME_ACTION_MS, click) and not is_by_pointer(click)
        again = last.action == DRAG or (last.action == CLICK and last.value == "double")
        return again and last.within(DOUBLE_CLICK_MS, click) and place(last.event) == place(click)

    def right_click(self, event: Event) -> None:
        self.add(CLICK, event, "right")

    def double_click(self, event: Event) -> None:
        draft = self.add(CLICK, event, "double")
        for _ in range(2):
            self.absorb_click(draft, lambda click: place(click.event) == place(event), DOUBLE_CLICK_MS)
        self._expect_page(event)

    def input(self, event: Event) -> None:
        last = self.last(TYPE, event)
        if last:
            last.value = text_of(event)
            last.cover(event)
        elif not self._was_typed_just_now(event):
            draft = self.add(TYPE, event, text_of(event))
            # However the person got into the field, and what they marked in it: the text says the rest.
            for value in ("double", ""):
                self.absorb(draft, lambda click: place(click.event) == place(event), CLICK, value)
        self._expect_page(event)

    def select(self, event: Event) -> None:
        last = self.last(SELECT, event)
        if last and last.within(LATE_CHANGE_MS, event):
            last.value = text_of(event)
            last.cover(event)
        else:
            draft = self.add(SELECT, event, text_of(event))
            while self.absorb(draft, lambda key: place(key.event) == place(event), KEY):
                continue
            self.absorb_click(draft, lambda click: place(click.event) == place(event))
        self._expect_page(event)

    def check(self, event: Event) -> None:
        draft = self.add(CHECK, event, text_of(event))
        # An arrow key moves a choice from the radio button that has the focus.
        self.absorb(draft, lambda key: key.event.frame_path == event.frame_path, KEY, within_ms=SAME_ACTION_MS)
        # A click on the label reaches the box as a second click.
        for _ in range(2):
            self.absorb_click(draft, lambda click: click.event.frame_path == event.frame_path, SAME_ACTION_MS)
        self._expect_page(event)

    def key(self, event: Event) -> None:
        name = text_of(event)
        if name == "Enter":
            self.add(ENTER, event, name)
        elif name != "Tab" and not edits_a_field(event.target, name):
            self.add(KEY, event, name)
        self._expect_page(event)

    def scroll(self, event: Event) -> None:
        if not isinstance(event.value, Scroll) or not (event.value.dx or event.value.dy):
            return
        draft = self.last(SCROLL, event)
        if draft and draft.within(SCROLL_PAUSE_MS, event):
            draft.cover(event)
        else:
            draft = self.add(SCROLL, event)
        draft.moved = (draft.moved[0] + event.value.dx, draft.moved[1] + event.value.dy)
        draft.value = f"{draft.moved[0]:g},{draft.moved[1]:g}"

    def drag(self, event: Event) -> None:
        if isinstance(event.value, Drag):
            self.add(DRAG, event, f"{event.value.dx:g},{event.value.dy:g}")
            self._expect_page(event)

    def clipboard(self, event: Event) -> None:
        action = event.type.value.upper()
        # What is pasted into a field, or cut out of it, is in the text that is typed there.
        if action == COPY or not is_text_field(event.target):
            draft = self.add(action, event)
            self.absorb(draft, lambda key: key.value.endswith(("+c", "+x", "+v")), KEY, within_ms=SAME_ACTION_MS)

    def file(self, event: Event) -> None:
        if isinstance(event.value, Files):
            draft = self.add(UPLOAD, event, str(event.value.count))
            self.absorb_click(draft, lambda click: place(click.event) == place(event))
            self._expect_page(event)

    def dialog(self, event: Event) -> None:
        if isinstance(event.value, Dialog):
            self.add(DIALOG, event, event.value.answer)
            self._expect_page(event)

    def resize(self, event: Event) -> None:
        """Never a step: a page is replayed at the size it had."""

    def hover(self, event: Event) -> None:
        # Who opened a menu may rest on what is in it before the click: the opening is what counts.
        last = self.hovered
        opening = last is not None and last.cause == "changed_page" and last.tab_id == event.tab_id
        if event.cause == "changed_page" or not opening:
            self.hovered = event

    def submit(self, event: Event) -> None:
        # Never a step: a click or Enter caused it. The answer to a form may take its time, though.
        self._expect_page(event, SLOW_PAGE_MS)

    def navigation(self, event: Event) -> None:
        if event.frame_path or event.cause in _BY_SCRIPT:
            return
        cause = self.causes.get(event.tab_id)
        if cause is None or not cause.explains(event):
            self.add(NAVIGATE, event, "" if event.cause in (None, "load") else str(event.cause))
        # The expected page is there; what follows at once is a redirect.
        self.causes[event.tab_id] = Cause(event.t_wall + CONSEQUENCE_MS)

    def tab_opened(self, event: Event) -> None:
        self.add(TAB_OPENED, event)
        opener = self.causes.get(event.opener_tab_id) if event.opener_tab_id is not None else None
        if opener and event.t_wall <= opener.until:
            self._expect_page(event, SLOW_PAGE_MS)

    def tab_switched(self, event: Event) -> None:
        last = self.drafts[-1] if self.drafts else None
        # The browser itself goes to a tab that was opened, and away from one that was closed.
        same_tab = last is not None and last.event.tab_id == event.tab_id
        by_itself = last is not None and (
            last.action == TAB_CLOSED or (same_tab and last.action in (TAB_OPENED, TAB_SWITCHED, NAVIGATE))
        )
        if last and by_itself and event.t_wall - last.until <= CONSEQUENCE_MS:
            last.cover(event)
        else:
            self.add(TAB_SWITCHED, event)

    def tab_closed(self, event: Event) -> None:
        self.add(TAB_CLOSED, event)

    def _was_typed_just_now(self, event: Event) -> bool:
        """Fields report their final text once more when they are left, for example after Enter."""
        return any(
            draft.action == TYPE
            and draft.value == text_of(event)
            and draft.within(LATE_CHANGE_MS, event)
            and place(draft.event) == place(event)
            for draft in self.drafts[-3:]
        )

    def _add_menu_hover(self, click: Event) -> None:
        """A hover is a step only if it opened the menu in which the click is."""
        hover, self.hovered = self.hovered, None
        if hover is None or hover.tab_id != click.tab_id or click.t_wall - hover.t_wall > MENU_MS:
            return
        roles = {event.target.role for event in (hover, click) if event.target}
        opened = hover.cause == "changed_page" or roles & _MENU_ROLES
        if opened and place(hover) != place(click):
            self.add(HOVER, hover)

    def _expect_page(self, event: Event, for_ms: float = CONSEQUENCE_MS) -> None:
        before = self.causes.get(event.tab_id)
        until = max(event.t_wall + for_ms, before.until if before else 0.0)
        is_link = event.target is not None and "href" in event.target.attributes
        earlier_link = before.link if before else None
        self.causes[event.tab_id] = Cause(until, event if is_link else earlier_link)


_TAKERS: dict[EventType, Callable[[_Reduction, Event], None]] = {
    EventType.CLICK: _Reduction.click,
    EventType.DOUBLE_CLICK: _Reduction.double_click,
    EventType.RIGHT_CLICK: _Reduction.right_click,
    EventType.INPUT: _Reduction.input,
    EventType.SELECT: _Reduction.select,
    EventType.CHECK: _Reduction.check,
    EventType.KEY: _Reduction.key,
    EventType.SCROLL: _Reduction.scroll,
    EventType.HOVER: _Reduction.hover,
    EventType.DRAG: _Reduction.drag,
    EventType.COPY: _Reduction.clipboard,
    EventType.CUT: _Reduction.clipboard,
    EventType.PASTE: _Reduction.clipboard,
    EventType.FILE: _Reduction.file,
    EventType.DIALOG: _Reduction.dialog,
    EventType.RESIZE: _Reduction.resize,
    EventType.SUBMIT: _Reduction.submit,
    EventType.NAVIGATION: _Reduction.navigation,
    EventType.TAB_OPENED: _Reduction.tab_opened,
    EventType.TAB_SWITCHED: _Reduction.tab_switched,
    EventType.TAB_CLOSED: _Reduction.tab_closed,
}


def _words(event: Event) -> str:
    if isinstance(event.value, Dialog):
        return event.value.text
    return (event.target.text or event.target.name) if event.target else ""


def _finished(draft: Draft, clock: VideoClock) -> Action:
    return Action(
        action_type=draft.action,
        t_ms=max(0, round(clock.place(draft.since))),
        target_selector=selector(draft.event),
        x=draft.point[0] if draft.point else None,
        y=draft.point[1] if draft.point else None,
        element_text=_words(draft.event),
        value=draft.value,
        page_url=draft.event.url,
        first_seq=min(draft.seqs),
        last_seq=max(draft.seqs),
    )
