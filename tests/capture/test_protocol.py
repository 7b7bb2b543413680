"""What is valid on the socket."""

import json
from typing import Any

import msgspec
import pytest

from codesight.capture.protocol import (
    FRAME_LIMIT,
    Bye,
    Clock,
    Events,
    Hello,
    Ping,
    Refused,
    decode_event,
    decode_frame,
)
from codesight.capture.rules import Event, EventType, selector
from codesight.errors import Problem
from tests.capture.samples import decoded, encoded, event, key, pointer, target, text

HELLO = '{"type":"hello","v":1,"session":"cs_a_b","client":{"name":"codesight-extension","version":"0.1.0"}}'


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (HELLO, Hello),
        ('{"type":"events","events":[{}]}', Events),
        ('{"type":"ping","t_wall":1763715000123.0}', Ping),
        ('{"type":"ping","t_wall":1763715000123}', Ping),
        ('{"type":"clock","offset_ms":-26.5,"rtt_ms":4.0}', Clock),
        ('{"type":"bye"}', Bye),
    ],
)
def test_each_frame_of_the_protocol_is_read(frame: str, kind: type) -> None:
    assert isinstance(decode_frame(frame), kind)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ('{"type":"bye"} and more', "invalid_json"),
        ('{"type":"ping","t_wall":NaN}', "invalid_json"),
        ('{"type":"events","events":' + "[" * 10_000, "invalid_json"),
        (HELLO.encode(), "binary_frame"),
        ("[]", "unknown_frame"),
        ("{}", "unknown_frame"),
        ('{"type":"welcome"}', "unknown_frame"),
        ('{"type":["hello"]}', "unknown_frame"),
        ('{"type":"hello"}', "invalid_frame"),
        ('{"type":"bye","reason":"tired"}', "invalid_frame"),
        ('{"type":"events","events":[]}', "invalid_frame"),
        ('{"type":"events","events":[' + ",".join(["{}"] * 201) + "]}", "invalid_frame"),
        ('{"type":"ping","t_wall":1e999}', "invalid_frame"),
        ('{"type":"clock","offset_ms":0,"rtt_ms":-1}', "invalid_frame"),
        ('{"type":"bye"}' + " " * FRAME_LIMIT, "frame_too_large"),
        ('{"type":"' + "ä" * (FRAME_LIMIT // 2) + '"}', "frame_too_large"),
    ],
)
def test_what_is_no_frame_is_refused_by_a_typed_code(data: str | bytes, code: str) -> None:
    with pytest.raises(Problem) as raised:
        decode_frame(data)
    assert raised.value.code == code


def test_a_frame_of_exactly_the_limit_is_read() -> None:
    frame = '{"type":"bye"}'
    assert isinstance(decode_frame(frame + " " * (FRAME_LIMIT - len(frame))), Bye)


def test_half_an_emoji_does_not_make_a_frame_unreadable() -> None:
    halves = r"cut \ud83d here, \ude00 there; whole \ud83d\ude00, and a path C:\\ud83d"
    frame = decode_frame(json.dumps({"type": "events", "events": [event(1)]}).replace('"Shop"', f'"{halves}"'))
    assert isinstance(frame, Events)
    read = decode_event(frame.events[0])
    assert isinstance(read, Event)
    assert read.title == "cut � here, � there; whole 😀, and a path C:\\ud83d"


@pytest.mark.parametrize("type", list(EventType))
def test_every_type_of_event_is_read(type: str) -> None:
    read = decode_event(encoded(event(1, type)))
    assert isinstance(read, Event)
    assert read.type == type


@pytest.mark.parametrize(
    "value",
    [
        text("jeans"),
        key("Enter"),
        {"kind": "masked", "text": "[password]", "reason": "password"},
        {"kind": "checked", "text": "true"},
        {"kind": "scroll", "dx": 0.0, "dy": 640.0},
    ],
)
def test_every_kind_of_value_survives_the_way_there_and_back(value: dict[str, Any]) -> None:
    sent = event(1, "input", value=value, target=target("#q"), pointer=pointer())
    read = decode_event(encoded(sent))
    assert isinstance(read, Event)
    assert msgspec.to_builtins(read) == sent


def _without(name: str) -> dict[str, Any]:
    return {field: value for field, value in event(1).items() if field != name}


@pytest.mark.parametrize(
    ("sent", "code", "path"),
    [
        (event(1, "teleport"), "unknown_event_type", "type"),
        (event(1, "t" * 9_000), "unknown_event_type", "type"),
        (event(1, secret="x"), "unknown_field", "secret"),
        (event(1, target=target("#a", colour="red")), "unknown_field", "target.colour"),
        (_without("url"), "invalid_event", ""),
        ({**event(1), "type": 5}, "invalid_event", "type"),
        (event(1, v=2), "invalid_event", "v"),
        (event(1, t_wall=-1), "invalid_event", "t_wall"),
        (event(1, t_wall="now"), "invalid_event", "t_wall"),
        (event(1, url="https://shop.example/" + "a" * 16_000), "invalid_event", "url"),
        (event(1, value={"kind": "voice", "text": "x"}), "invalid_event", "value.kind"),
        (event(1, cause="boredom"), "invalid_event", "cause"),
        (event(1, frame_path=["iframe"] * 21), "invalid_event", "frame_path"),
        (
            event(1, target=target("#a", candidates=[{"strategy": "smell", "value": "", "match_count": 1}])),
            "invalid_event",
            "target.candidates[0].strategy",
        ),
    ],
)
def test_a_wrong_event_is_refused_with_its_number_and_the_place(sent: dict[str, Any], code: str, path: str) -> None:
    refused = decode_event(encoded(sent))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.path) == (code, path)
    assert (refused.seq, refused.client_event_id) == (1, "event-1")
    assert len(refused.message) < 400


@pytest.mark.parametrize("seq", [0, -1, 2**31, 1.5, "1", True, None, [1]])
def test_a_number_that_is_none_is_not_repeated(seq: object) -> None:
    refused = decode_event(encoded({**event(1), "seq": seq}))
    assert isinstance(refused, Refused)
    assert refused.seq is None


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "<script>", 7])
def test_an_id_that_is_none_is_not_repeated(name: object) -> None:
    refused = decode_event(encoded(event(1, client_event_id=name)))
    assert isinstance(refused, Refused)
    assert refused.client_event_id is None


@pytest.mark.parametrize("raw", [b"[]", b"7", b"null", b'"click"', b"[" * 5_000 + b"]" * 5_000])
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    refused = decode_event(raw)
    assert isinstance(refused, Refused)
    assert refused.code == "invalid_event"


def _candidate(strategy: str, value: str, match_count: int = 1) -> dict[str, Any]:
    return {"strategy": strategy, "value": value, "match_count": match_count}


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([_candidate("test_id", "add"), _candidate("css", "#add")], "#add"),
        ([_candidate("test_id", "add"), _candidate("css", "button", 9)], '[data-test="add"]'),
        ([_candidate("role", 'button[name="Add to cart"]')], 'role=button[name="Add to cart"]'),
        ([_candidate("label", 'Size "W"')], r'internal:label="Size \"W\""s'),
        ([_candidate("placeholder", "Search")], 'internal:attr=[placeholder="Search"s]'),
        ([_candidate("label", r"/^\s*Page\s+\d$/")], r"internal:label=/^\s*Page\s+\d$/"),
        ([_candidate("text", "Añadir")], 'button >> internal:has-text="Añadir"s'),
        ([_candidate("within", 'li:has(> b:text-is("A")) >> role=button')], 'li:has(> b:text-is("A")) >> role=button'),
        ([_candidate("xpath", "//button[1]")], "xpath=//button[1]"),
        ([_candidate("text", "Add", 2), _candidate("css", ".add", 2)], 'button >> internal:has-text="Add"s'),
        ([], ""),
    ],
)
def test_the_selector_is_unique_css_or_what_playwright_takes(candidates: list[Any], expected: str) -> None:
    element = target("", candidates=candidates, attributes={"data-test": "add", "id": "add"})
    assert selector(decoded(event(1, target=element))[0]) == expected


def test_the_selector_leads_through_frames_and_shadow_hosts() -> None:
    inside = event(
        1, target=target("#pay"), frame_path=["#checkout", "https://pay.example/form"], shadow_path=["pay-box"]
    )
    assert selector(decoded(inside)[0]) == (
        "#checkout >> internal:control=enter-frame >> "
        'iframe[src^="https://pay.example/form"] >> internal:control=enter-frame >> pay-box >> #pay'
    )


ONTO = target("#cart", "div", text="Basket")


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("drag", {"kind": "drag", "dx": 80.0, "dy": -4.5, "onto": ONTO}),
        ("drag", {"kind": "drag", "dx": 80.0, "dy": 0.0, "onto": None}),
        ("file", {"kind": "files", "count": 3}),
        ("dialog", {"kind": "dialog", "dialog": "confirm", "text": "Sure?", "answer": "dismissed"}),
        ("copy", None),
        ("cut", None),
        ("paste", None),
        ("resize", None),
    ],
)
def test_every_kind_of_event_is_kept_as_it_came(type: str, value: object) -> None:
    found = decode_event(encoded(event(1, type, target=ONTO, value=value)))
    assert isinstance(found, Event) and found.type == type
    assert msgspec.to_builtins(found.value) == value


@pytest.mark.parametrize(
    ("type", "value", "code", "path"),
    [
        ("teleport", None, "unknown_event_type", "type"),
        ("file", {"kind": "files", "count": 1, "names": ["me.png"]}, "unknown_field", "value.names"),
        (
            "dialog",
            {"kind": "dialog", "dialog": "prompt", "text": "", "answer": "my secret"},
            "invalid_event",
            "value.answer",
        ),
        ("paste", {"kind": "clipboard", "text": "my secret"}, "invalid_event", "value.kind"),
    ],
)
def test_what_is_unknown_is_refused_by_a_typed_error(type: str, value: object, code: str, path: str) -> None:
    refused = decode_event(encoded(event(1, type, value=value)))
    assert isinstance(refused, Refused) and (refused.code, refused.path) == (code, path)
    assert "my secret" not in refused.message
