"""What making a recording seekable costs, beside merely reading through it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from codesight.adapters import media
from tests.benchmarks.figures import Figure, Spread, in_turns
from tests.support.media import speech, webm_like_mediarecorder
from tests.support.services import missing

NAME, UNIT = "remux_ratio", "s per minute of video"
REPETITIONS = 15
MINUTES = 5


def measure() -> Iterator[Figure]:
    """Wall seconds for a minute of a recording as a browser writes it; the file lies in the page cache."""
    for part in missing():
        if part.name == "espeak-ng":
            yield Figure(NAME, UNIT, skipped=part.skipped.removeprefix("skipped: "))
            return
    with TemporaryDirectory(prefix="codesight-bench-") as name:
        folder = Path(name)
        recording = webm_like_mediarecorder(folder / "recorded.webm", MINUTES * 60, sound=speech(MINUTES * 60))
        info = media.probe(recording)

        def remux() -> None:
            media.remux(recording, folder / "playable.webm")

        def probe() -> None:
            media.probe(recording)

        in_turns(remux, probe, 1)  # warm-up
        remuxing, probing = in_turns(remux, probe, REPETITIONS)
        yield Figure(
            NAME,
            UNIT,
            Spread.of([seconds / MINUTES for seconds in remuxing]),
            REPETITIONS,
            reference=Spread.of([seconds / MINUTES for seconds in probing]).median,
            reference_name="media.probe of the same recording",
            note=f"remux: {MINUTES} minutes of speech and {info.width}x{info.height} video in "
            f"{info.video_packets + info.audio_packets:,} packets, {info.size_bytes:,} bytes",
        )
