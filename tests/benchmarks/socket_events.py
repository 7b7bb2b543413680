"""How soon the server acknowledges what a browser sends, and how much of it a second."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import msgspec
from simple_websocket import Client

from codesight.capture.protocol import VERSION
from codesight.lifecycle import SessionState
from tests.benchmarks.figures import Figure, Spread, in_turns, percentile
from tests.benchmarks.installed import EMAIL, NOTE, on_each_database, sign_in
from tests.benchmarks.samples import click
from tests.journeys.installation import Installation
from tests.support.people import PASSWORD

BOUND = 10.0
REPETITIONS, EVENTS, WARM_UP = 3, 500, 50
MANY, FRAME, WINDOW = 6000, 20, 200
"""Events of a throughput run, events in each of its frames, events unacknowledged at most."""
PERCENTS = {"p50": 50, "p99": 99}
RATE_UNIT = "events/s"


def measure() -> Iterator[Figure]:
    """Milliseconds from sending an event to its acknowledgement, and events a second, on one connection."""
    names = {f"event_ack_ms.{percent}": "ms" for percent in PERCENTS}
    return on_each_database(_socket, {**names, "events_per_second": RATE_UNIT})


def _socket(installation: Installation, kind: str) -> Iterator[Figure]:
    browser = _Browser(*_session(installation))
    in_turns(browser.send_one, browser.ping, WARM_UP)
    rounds = [in_turns(browser.send_one, browser.ping, EVENTS) for _ in range(REPETITIONS)]
    for label, percent in PERCENTS.items():
        yield Figure(
            f"event_ack_ms.{label}.{kind}",
            "ms",
            Spread.of([percentile(acks, percent) * 1000 for acks, _ in rounds]),
            REPETITIONS,
            reference=Spread.of([percentile(pongs, percent) * 1000 for _, pongs in rounds]).median,
            reference_name=f"ping to pong on the same connection, {label}",
            bound=BOUND,
            note=NOTE,
        )
    one_by_one = Spread.of([EVENTS / sum(acks) for acks, _ in rounds])
    yield Figure(
        f"events_per_second.{kind}",
        RATE_UNIT,
        Spread.of([browser.send_many() for _ in range(REPETITIONS)]),
        REPETITIONS,
        reference=one_by_one.median,
        reference_name="one event a frame, each awaited",
        note=f"events: frames of {FRAME}, at most {WINDOW} unacknowledged, one connection; "
        "the client takes part of the same processors",
    )
    browser.leave()


def _session(installation: Installation) -> tuple[str, str]:
    """The running recording's id, and the socket's address with its ticket."""
    worker = sign_in(installation, EMAIL, PASSWORD)
    api = f"{installation.url}/api/sessions"
    listed = worker.get(api, timeout=30).json()["sessions"]
    session = next(one["id"] for one in listed if one["state"] == SessionState.RECORDING)
    handed_out = worker.get(f"{api}/{session}/ticket", timeout=30).json()
    return session, f"{handed_out['socket']}?ticket={handed_out['ticket']}"


class _Browser:
    """One socket, and the numbers of its events."""

    def __init__(self, session: str, address: str) -> None:
        self._numbers = count(1)
        self._ws = Client.connect(address)
        client = {"name": "benchmark", "version": "0.1.0"}
        self._say(_frame(type="hello", v=VERSION, session=session, client=client))
        self._hear("welcome")

    def send_one(self) -> None:
        """An event, until it is acknowledged."""
        seq = next(self._numbers)
        self._say(_frame(type="events", events=[click(seq)]))
        self._hear("ack", lambda ack: ack["seq"] == seq)

    def ping(self) -> None:
        """As often as an event is sent, and as far as the server, but not to its database."""
        self._say(_frame(type="ping", t_wall=time.time() * 1000))
        self._hear("pong")

    def send_many(self) -> float:
        """Events a second, from the first frame to the last acknowledgement."""
        first = next(self._numbers)
        numbers = [first, *(next(self._numbers) for _ in range(MANY - 1))]
        frames = [
            _frame(type="events", events=[click(n) for n in numbers[at : at + FRAME]]) for at in range(0, MANY, FRAME)
        ]
        begin = time.perf_counter()
        acknowledged = sent = first - 1
        for frame in frames:
            while sent + FRAME - acknowledged > WINDOW:
                acknowledged = self._hear("ack")["seq"]
            self._say(frame)
            sent += FRAME
        while acknowledged < sent:
            acknowledged = self._hear("ack")["seq"]
        return MANY / (time.perf_counter() - begin)

    def leave(self) -> None:
        self._ws.close()

    def _say(self, frame: str) -> None:
        self._ws.send(frame)

    def _hear(self, kind: str, right: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The next frame, which has to be of this kind."""
        heard = self._ws.receive(timeout=30)
        frame: dict[str, Any] = msgspec.json.decode(heard) if heard is not None else {}
        if frame.get("type") != kind or not right(frame):
            raise RuntimeError(f"expected {kind}, the server said {frame or 'nothing'}")
        return frame


def _frame(**frame: Any) -> str:
    return msgspec.json.encode(frame).decode()
