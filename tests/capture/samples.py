"""Events as the extension sends them."""

import json
from typing import Any

import msgspec

from codesight.capture.rules import Event

T0 = 1_763_715_000_000.0
"""Unix milliseconds at which the samples begin."""

SHOP = "https://shop.example/"


def event(seq: int, type: str = "click", **changes: Any) -> dict[str, Any]:
    """A valid event; `changes` replace fields, `at` sets its time in milliseconds behind T0."""
    at = changes.pop("at", seq * 100.0)
    made: dict[str, Any] = {
        "v": 1,
        "seq": seq,
        "client_event_id": f"event-{seq}",
        "type": type,
        "t_wall": T0 + at,
        "t_mono": 100_000.0 + at,
        "tab_id": 7,
        "opener_tab_id": None,
        "frame_path": [],
        "shadow_path": [],
        "url": SHOP,
        "title": "Shop",
        "target": None,
        "pointer": None,
        "viewport": {"w": 1280.0, "h": 720.0, "dpr": 1.0, "scroll_x": 0.0, "scroll_y": 0.0},
        "value": None,
        "trusted": True,
        "cause": None,
    }
    return {**made, **changes}


def target(css: str, tag: str = "button", **changes: Any) -> dict[str, Any]:
    """An element that this CSS selector alone finds."""
    made: dict[str, Any] = {
        "tag": tag,
        "role": tag,
        "name": "",
        "text": "",
        "attributes": {},
        "candidates": [{"strategy": "css", "value": css, "match_count": 1}],
        "bbox": {"x": 10.0, "y": 20.0, "w": 100.0, "h": 40.0},
    }
    return {**made, **changes}


def pointer(x: float = 70.0, y: float = 36.0) -> dict[str, Any]:
    """A pointer at this place of the viewport."""
    place = {"x": x, "y": y, "page_x": x, "page_y": y, "offset_x": 1.0, "offset_y": 1.0}
    return {**place, "button": 0, "modifiers": []}


def text(typed: str) -> dict[str, Any]:
    """The value of an input."""
    return {"kind": "text", "text": typed}


def key(name: str) -> dict[str, Any]:
    """The value of a key."""
    return {"kind": "key", "text": name}


def encoded(sample: dict[str, Any]) -> bytes:
    """As it goes over the wire."""
    return json.dumps(sample).encode()


def decoded(*samples: dict[str, Any]) -> list[Event]:
    """As the domain sees them."""
    return [msgspec.json.decode(encoded(sample), type=Event) for sample in samples]
