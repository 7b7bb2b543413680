"""What is valid on the socket: frames from the browser, and the events in them, decoded one by one."""

import re
from dataclasses import asdict, dataclass
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from codesight.capture.rules import SEQ_MAX, Event, EventType, Strict, Wall
from codesight.errors import Invalid, Malformed, TooLarge

VERSION = 1
FRAME_LIMIT = 256 * 1024
"""Bytes of the largest frame that is read."""

_LONGEST_MESSAGE = 300
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][\da-fA-F]{2})|.)"
)
_PROBLEM = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_QUOTED = re.compile(r" value '.*'", re.DOTALL)
_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)


DeviceId = Annotated[str, Meta(pattern=r"^([A-Za-z0-9-]{16,64})?$")]
"""A random number by which a browser is known again; empty where it keeps none."""


class Client(Strict, frozen=True):
    """What speaks on the other side."""

    name: Annotated[str, Meta(max_length=60)]
    version: Annotated[str, Meta(max_length=40)]
    device: DeviceId = ""


class Hello(Strict, frozen=True, tag_field="type", tag="hello"):
    """Always the first frame."""

    v: int
    session: Annotated[str, Meta(max_length=64)]
    client: Client


class Events(Strict, frozen=True, tag_field="type", tag="events"):
    """Events, still as they came: one that is wrong must not block the others."""

    events: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=200)]


class Ping(Strict, frozen=True, tag_field="type", tag="ping"):
    """Asks for the server's time."""

    t_wall: Wall


class Clock(Strict, frozen=True, tag_field="type", tag="clock"):
    """What the browser measured: the server's clock minus its own, and the round trip, in milliseconds."""

    offset_ms: Annotated[float, Meta(ge=-1e14, le=1e14)]
    rtt_ms: Annotated[float, Meta(ge=0, le=1e9)]


class Bye(Strict, frozen=True, tag_field="type", tag="bye"):
    """The browser has nothing more to say."""


Frame: TypeAlias = Hello | Events | Ping | Clock | Bye

_FRAMES = frozenset(kind.__struct_config__.tag for kind in (Hello, Events, Ping, Clock, Bye))
_TYPES = frozenset(EventType)


class _Label(msgspec.Struct):
    """What can be told of a frame or event that is wrong elsewhere."""

    type: Any = None
    seq: Any = None
    client_event_id: Any = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that is not stored, and why; the browser is told and forgets it."""

    seq: int | None
    client_event_id: str | None
    path: str
    """The field, such as `target.candidates[0].strategy`; empty for the event as a whole."""
    code: str
    message: str

    def frame(self) -> dict[str, Any]:
        """As an error frame."""
        told = asdict(self)
        return {"type": "error", "code": told.pop("code"), "message": told.pop("message"), "details": told}


_frame_decoder: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame)
_event_decoder = msgspec.json.Decoder(Event)
_label_decoder = msgspec.json.Decoder(_Label)


def decode_frame(data: bytes | str) -> Frame:
    """The frame. Raises TooLarge `frame_too_large`, Invalid `invalid_frame`, and Malformed `binary_frame`,
    `invalid_json` or `unknown_frame`."""
    if len(data) > FRAME_LIMIT or len(data.encode() if isinstance(data, str) else data) > FRAME_LIMIT:
        raise TooLarge(
            "frame_too_large",
            f"A frame may have {FRAME_LIMIT} bytes. Send fewer events at once.",
            limit=FRAME_LIMIT,
        )
    if isinstance(data, bytes):
        raise Malformed("binary_frame", "Frames are JSON in text frames; this one was binary.")
    try:
        return _decode_whole(data)
    except msgspec.ValidationError as problem:
        kind = _label(data).type
        if not isinstance(kind, str) or kind not in _FRAMES:
            raise Malformed(
                "unknown_frame", f"`type` must be one of {', '.join(sorted(map(str, _FRAMES)))}."
            ) from problem
        path, message, _ = _explained(problem)
        raise Invalid("invalid_frame", message, path=path) from problem
    except msgspec.DecodeError as problem:
        raise Malformed("invalid_json", f"The frame is not valid JSON: {problem}") from problem
    except RecursionError as problem:
        raise Malformed("invalid_json", "The frame is nested too deeply.") from problem


def _decode_whole(data: str) -> Frame:
    try:
        return _frame_decoder.decode(data)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # JavaScript cuts texts between the halves of an emoji and JSON.stringify writes the lone half as an
        # escape that is not Unicode: without this, one such title would block every event behind it.
        mended = _ESCAPE.sub(lambda found: r"\ufffd" if found["lone"] else found[0], data)
        if mended == data:
            raise
        return _frame_decoder.decode(mended)


def decode_event(raw: bytes | msgspec.Raw) -> Event | Refused:
    """The event, or why it is refused: `unknown_event_type`, `unknown_field` or `invalid_event`."""
    try:
        return _event_decoder.decode(raw)
    except msgspec.ValidationError as problem:
        path, message, code = _explained(problem)
        label = _label(raw)
        if isinstance(label.type, str) and label.type not in _TYPES:
            path, code, message = (
                "type",
                "unknown_event_type",
                f"{label.type[:40]!r} is not one of the event types.",
            )
        return refused(label.seq, label.client_event_id, path, code, message)
    except RecursionError:
        return refused(None, None, "", "invalid_event", "The event is nested too deeply.")


def refused(seq: Any, client_event_id: Any, path: str, code: str, message: str) -> Refused:
    """A refusal that repeats number and id only where they can be ones."""
    number = seq if isinstance(seq, int) and not isinstance(seq, bool) and 1 <= seq <= SEQ_MAX else None
    name = client_event_id if isinstance(client_event_id, str) and _ID.fullmatch(client_event_id) else None
    return Refused(number, name, path, code, message)


def _label(data: bytes | str | msgspec.Raw) -> _Label:
    try:
        return _label_decoder.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return _Label()


def _explained(problem: msgspec.ValidationError) -> tuple[str, str, str]:
    """Path, message and code out of the decoder's sentence, which ends in " - at `$.path`"."""
    found = _PROBLEM.fullmatch(str(problem))
    what, path = (found["what"], found["path"] or "") if found else (str(problem), "")
    what = _QUOTED.sub(" value", what)  # what stood there may be private, and browsers keep what they are told
    unknown = _UNKNOWN_FIELD.fullmatch(what)
    if unknown:
        return (
            f"{path}.{unknown['name']}".lstrip(".")[:_LONGEST_MESSAGE],
            f"{what[:_LONGEST_MESSAGE]}.",
            "unknown_field",
        )
    return path.lstrip(".")[:_LONGEST_MESSAGE], f"{what[:_LONGEST_MESSAGE]}.", "invalid_event"
