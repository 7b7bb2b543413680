"""What the second line of masking costs an event, beside merely reading and writing it."""

from collections.abc import Iterator

import msgspec

from codesight.capture.masking import mask_event
from tests.benchmarks.figures import Figure, Spread, in_turns
from tests.benchmarks.samples import click

REPETITIONS = 25
ROUNDS = 1000
"""Events of one repetition."""


def measure() -> Iterator[Figure]:
    """Microseconds an event, in one thread."""
    event = click(1)
    data = msgspec.json.encode(event)

    def mask() -> None:
        for _ in range(ROUNDS):
            mask_event(event)

    def read_and_write() -> None:
        for _ in range(ROUNDS):
            msgspec.json.encode(msgspec.json.decode(data))

    in_turns(mask, read_and_write, 2)  # warm-up
    masking, coding = in_turns(mask, read_and_write, REPETITIONS)
    scale = 1e6 / ROUNDS
    yield Figure(
        "masking_us_per_event",
        "µs",
        Spread.of([seconds * scale for seconds in masking]),
        REPETITIONS,
        reference=Spread.of([seconds * scale for seconds in coding]).median,
        reference_name="msgspec JSON decode + encode of the same event",
        note=f"masking: a click of {len(data)} bytes",
    )
