"""What can be told from one event about who caused what."""

from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from codesight.capture.rules import Event, Target, selector

CONSEQUENCE_MS = 1_500.0
"""A page that loads this soon after an action loads because of it."""
SLOW_PAGE_MS = 15_000.0
"""The same for a sent form and a link that names the page: some servers take long."""

_TEXT_INPUTS = frozenset(
    {"", "text", "search", "email", "url", "tel", "password", "number", "date", "time", "month", "week"}
)
_STEPPED_INPUTS = frozenset({"number", "date", "time", "month", "week"})
_STEPS = frozenset({"ArrowUp", "ArrowDown"})
_EDITING = frozenset({"Backspace", "Delete", "ArrowLeft", "ArrowRight", "Home", "End", "Shift"})
_EDITING_SHORTCUTS = frozenset("acvxyz")
_TEXT_ROLES = frozenset({"textbox", "searchbox", "combobox", "spinbutton"})


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a tab's next page is no step of its own."""

    until: float
    """Wall time up to which any page is expected."""
    link: Event | None = None
    """A link that was followed: its page is expected for longer."""

    def explains(self, navigation: Event) -> bool:
        """Whether the page came because of this."""
        if navigation.t_wall <= self.until:
            return True
        return (
            self.link is not None
            and navigation.t_wall <= self.link.t_wall + SLOW_PAGE_MS
            and leads_to(self.link, navigation.url)
        )


def place(event: Event) -> tuple[object, ...]:
    """The same for all events of one element."""
    return event.tab_id, tuple(event.frame_path), selector(event)


def is_text_field(target: Target | None) -> bool:
    """Whether keys pressed here are typing."""
    if target is None:
        return False
    if target.tag == "input":
        return target.attributes.get("type", "").lower() in _TEXT_INPUTS
    return target.tag == "textarea" or (target.tag != "select" and target.role in _TEXT_ROLES)


def edits_a_field(target: Target | None, key: str) -> bool:
    """Whether a key only moves, marks or changes text in a field: the text that is typed there says the same."""
    if not is_text_field(target):
        return False
    *held, name = key.split("+")
    if target is not None and target.attributes.get("type", "").lower() in _STEPPED_INPUTS and name in _STEPS:
        return True
    shortcut = bool({"Control", "Meta"} & set(held)) and name in _EDITING_SHORTCUTS
    return shortcut or name in _EDITING or (len(name) == 1 and not held)


def leads_to(event: Event, url: str) -> bool:
    """Whether the event's target is a link to this page."""
    href = event.target.attributes.get("href") if event.target else None
    return bool(href) and urldefrag(urljoin(event.url, href)).url == urldefrag(url).url


def is_by_pointer(event: Event) -> bool:
    """False for the clicks that a browser makes out of a key: at the page's corner, not on the element."""
    if event.pointer is None:
        return False
    box = event.target.bbox if event.target else None
    at_corner = event.pointer.x == 0 and event.pointer.y == 0
    return not at_corner or (box is not None and box.x <= 0 <= box.x + box.w and box.y <= 0 <= box.y + box.h)


def point(event: Event) -> tuple[float, float] | None:
    """Where the action was in the viewport, CSS pixels: the pointer, else the middle of the element."""
    if event.pointer and is_by_pointer(event):
        return event.pointer.x, event.pointer.y
    box = event.target.bbox if event.target else None
    return (box.x + box.w / 2, box.y + box.h / 2) if box else None
