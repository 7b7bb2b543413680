"""What a valid event is, as types, and how its target is addressed. The words of docs/protocol.md."""

import enum
import json
import re
from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

SEQ_MAX = 2**31 - 1
"""The largest number that the database's column holds."""

_LATEST = 253_402_300_799_000  # the end of the year 9999, in Unix milliseconds

ClientEventId: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Seq: TypeAlias = Annotated[int, Meta(ge=1, le=SEQ_MAX)]
Wall: TypeAlias = Annotated[float, Meta(ge=0, le=_LATEST)]
"""Unix milliseconds."""
Pixels: TypeAlias = Annotated[float, Meta(ge=-1e9, le=1e9)]
TabId: TypeAlias = Annotated[int, Meta(ge=-1, le=2**53)]
Short: TypeAlias = Annotated[str, Meta(max_length=100)]
Words: TypeAlias = Annotated[str, Meta(max_length=4_000)]
Selector: TypeAlias = Annotated[str, Meta(max_length=8_000)]
Address: TypeAlias = Annotated[str, Meta(max_length=16_000)]
Typed: TypeAlias = Annotated[str, Meta(max_length=60_000)]


class EventType(enum.StrEnum):
    """The closed set of what is captured."""

    CLICK = "click"
    DOUBLE_CLICK = "double_click"
    RIGHT_CLICK = "right_click"
    INPUT = "input"
    SELECT = "select"
    CHECK = "check"
    KEY = "key"
    SCROLL = "scroll"
    HOVER = "hover"
    DRAG = "drag"
    COPY = "copy"
    CUT = "cut"
    PASTE = "paste"
    FILE = "file"
    SUBMIT = "submit"
    DIALOG = "dialog"
    RESIZE = "resize"
    NAVIGATION = "navigation"
    TAB_OPENED = "tab_opened"
    TAB_SWITCHED = "tab_switched"
    TAB_CLOSED = "tab_closed"


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base: what is not named here is refused."""


class Candidate(Strict, frozen=True):
    """One way of finding an element, and how many elements it found at that moment."""

    strategy: Literal["test_id", "role", "label", "placeholder", "text", "within", "css", "xpath"]
    value: Selector
    """Of `label`, `placeholder` and `text` the words, or between slashes a regular expression for them with other
    numbers; of `within` a container and what is in it, as Playwright chains them."""
    match_count: Annotated[int, Meta(ge=0, le=10_000_000)]


class Box(Strict, frozen=True):
    """Place in the viewport, CSS pixels."""

    x: Pixels
    y: Pixels
    w: Pixels
    h: Pixels


class Target(Strict, frozen=True):
    """The element that an event is about."""

    tag: Short
    role: Short | None
    name: Words
    text: Words
    attributes: Annotated[dict[Short, Selector], Meta(max_length=40)]
    candidates: Annotated[list[Candidate], Meta(max_length=20)]
    """Best first."""
    bbox: Box | None


class Pointer(Strict, frozen=True):
    """Where the pointer was, CSS pixels from the viewport's, the page's and the element's corner."""

    x: Pixels
    y: Pixels
    page_x: Pixels
    page_y: Pixels
    offset_x: Pixels
    offset_y: Pixels
    button: Annotated[int, Meta(ge=0, le=31)]
    modifiers: Annotated[list[Literal["alt", "ctrl", "meta", "shift"]], Meta(max_length=4)]


class Viewport(Strict, frozen=True):
    """The visible part of the page, CSS pixels."""

    w: Pixels
    h: Pixels
    dpr: Annotated[float, Meta(ge=0, le=100)]
    scroll_x: Pixels
    scroll_y: Pixels


class Text(Strict, frozen=True, tag_field="kind", tag="text"):
    """What was typed or chosen."""

    text: Typed


class Masked(Strict, frozen=True, tag_field="kind", tag="masked"):
    """A placeholder in place of something private."""

    text: Short
    reason: Short


class Key(Strict, frozen=True, tag_field="kind", tag="key"):
    """A key by its name, such as `Enter`."""

    text: Short


class Checked(Strict, frozen=True, tag_field="kind", tag="checked"):
    """The state of a check box afterwards."""

    text: Literal["true", "false", "mixed"]


class Scroll(Strict, frozen=True, tag_field="kind", tag="scroll"):
    """The whole movement, CSS pixels."""

    dx: Pixels
    dy: Pixels


class Drag(Strict, frozen=True, tag_field="kind", tag="drag"):
    """The whole movement, CSS pixels, and the element it ended on, if that is another one."""

    dx: Pixels
    dy: Pixels
    onto: Target | None


class Files(Strict, frozen=True, tag_field="kind", tag="files"):
    """How many files were chosen; their names are nobody's business."""

    count: Annotated[int, Meta(ge=0, le=10_000)]


class Dialog(Strict, frozen=True, tag_field="kind", tag="dialog"):
    """A dialog of the browser that the page opened."""

    dialog: Literal["alert", "confirm", "prompt"]
    text: Words
    """What the page said, never what was answered."""
    answer: Literal["accepted", "dismissed"]


Value: TypeAlias = Text | Masked | Key | Checked | Scroll | Drag | Files | Dialog


class Event(Strict, frozen=True):
    """One thing that happened in the browser."""

    v: Literal[1]
    seq: Seq
    client_event_id: ClientEventId
    type: EventType
    t_wall: Wall
    """By the browser's clock."""
    t_mono: Annotated[float, Meta(ge=0, le=_LATEST)]
    """Milliseconds since the page's time origin."""
    tab_id: TabId | None
    opener_tab_id: TabId | None
    frame_path: Annotated[list[Selector], Meta(max_length=20)]
    shadow_path: Annotated[list[Selector], Meta(max_length=20)]
    url: Address
    title: Words
    target: Target | None
    pointer: Pointer | None
    viewport: Viewport
    value: Value | None
    trusted: bool
    cause: Literal["load", "reload", "back_forward", "history", "hash", "enter", "autofill", "changed_page"] | None


def text_of(event: Event) -> str:
    """What was typed, chosen, pressed or said by a dialog (masked); empty for events without words."""
    match event.value:
        case None | Scroll() | Drag() | Files():
            return ""
        case value:
            return value.text


def selector(event: Event) -> str:
    """The event's target as one selector that Playwright's `page.locator` takes; empty without a target.

    The target itself: its CSS selector if that matched only this element, else the best candidate that did,
    else the best one at all. Before it, joined by ` >> `, the frames (each with Playwright's
    `internal:control=enter-frame`) and shadow hosts that lead to it from the top document.
    """
    if event.target is None:
        return ""
    own = _own_selector(event.target)
    if not own:
        return ""
    frames = [step for frame in event.frame_path for step in (_frame(frame), "internal:control=enter-frame")]
    return " >> ".join([*frames, *event.shadow_path, own])


def _own_selector(target: Target) -> str:
    unique = [candidate for candidate in target.candidates if candidate.match_count == 1]
    for candidate in unique:
        if candidate.strategy == "css":
            return candidate.value
    best: Sequence[Candidate] = unique or target.candidates
    return for_playwright(best[0], target) if best else ""


def for_playwright(candidate: Candidate, target: Target) -> str:
    """The candidate as a selector that Playwright's `locator` takes, within the target's document or shadow root."""
    match candidate.strategy:
        case "test_id":
            known = (
                name
                for name, value in target.attributes.items()
                if name.startswith("data-") and value == candidate.value
            )
            return f"[{next(known, 'data-testid')}={_quoted(candidate.value)}]"
        case "role":
            return f"role={candidate.value}"
        case "label":
            return f"internal:label={_worded(candidate.value)}"
        case "placeholder":
            return f"internal:attr=[placeholder={_worded(candidate.value)}]"
        case "text":
            # Playwright's own text engine stops at the innermost element that says it.
            return f"{target.tag} >> internal:has-text={_worded(candidate.value)}"
        case "within" | "css":
            return candidate.value
        case "xpath":
            return f"xpath={candidate.value}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _worded(value: str) -> str:
    """A regular expression as it is, words as the whole text in just these letters."""
    return value if re.fullmatch(r"/.*/", value, re.DOTALL) else f"{_quoted(value)}s"


def _frame(step: str) -> str:
    # A frame of another site is known by its address only.
    return f'iframe[src^="{step}"]' if re.match(r"https?://", step) else step
