"""Makes recordings like those of a browser's MediaRecorder, quickly, for tests."""

import shutil
import subprocess
import wave
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Samples = NDArray[np.int16]
RATE = 16_000
_OPUS_RATE = 48_000

NARRATION = (
    "I am looking for blue jeans in size thirty two. This pair costs seventy nine dollars, "
    "which is just under my budget. The reviews say it runs a little small. "
    "I will open the size guide, and then compare it with the second one. "
)

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None,
    reason="espeak-ng is missing; to install: apt-get install -y --no-install-recommends espeak-ng",
)


@cache
def speech(seconds: float, text: str = NARRATION) -> Samples:
    """Spoken English at 16 kHz mono, repeated with a breath in between until `seconds` are full."""
    said = subprocess.run(
        ["espeak-ng", "-v", "en-us", "-s", "150", "--stdout", text], check=True, capture_output=True
    ).stdout
    once = _resampled(_wav_samples(said), RATE)
    breath = np.zeros(RATE // 2, dtype=np.int16)
    round_ = np.concatenate([once, breath])
    wanted = round(seconds * RATE)
    return np.tile(round_, wanted // len(round_) + 1)[:wanted]


def webm_like_mediarecorder(
    path: Path,
    seconds: float,
    *,
    fps: int = 2,
    size: tuple[int, int] = (640, 360),
    sound: Samples | None = None,
    codec: str = "libvpx",
    live: bool = True,
) -> Path:
    """A WebM with a picture that changes every frame and Opus sound (silence unless `sound` is given, 16
    kHz).

    `live` leaves duration, index and cluster sizes out, as MediaRecorder does. The grey of frame n is
    `grey_of_frame(n)`, so that a test can tell where a seek landed.
    """
    samples = sound if sound is not None else np.zeros(round(seconds * RATE), dtype=np.int16)
    with av.open(str(path), "w", format="webm", options={"live": "1"} if live else {}) as target:
        video = target.add_stream(codec, rate=fps, options={"deadline": "realtime", "cpu-used": "8"})
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt, video.gop_size = *size, "yuv420p", fps * 5
        video.time_base = Fraction(1, 1000)
        audio = target.add_stream("libopus", rate=_OPUS_RATE, layout="mono", options={"b": "24000"})
        assert isinstance(audio, av.AudioStream)
        step = RATE // fps
        resampler = av.AudioResampler(format="s16", layout="mono", rate=_OPUS_RATE)
        for n in range(round(seconds * fps)):
            grey = np.full((size[1], size[0], 3), grey_of_frame(n), np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts, frame.time_base = n * 1000 // fps, Fraction(1, 1000)
            target.mux(video.encode(frame))
            piece = samples[n * step : (n + 1) * step]
            if len(piece):
                _mux_sound(target, audio, resampler, piece, n * step)
        target.mux(video.encode(None))
        target.mux(audio.encode(None))
    return path


def webm_audio_only(path: Path, sound: Samples, *, live: bool = True) -> Path:
    """The narration as the recorder uploads it: a WebM with Opus and no picture. `sound` is 16 kHz."""
    with av.open(str(path), "w", format="webm", options={"live": "1"} if live else {}) as target:
        audio = target.add_stream("libopus", rate=_OPUS_RATE, layout="mono", options={"b": "24000"})
        assert isinstance(audio, av.AudioStream)
        resampler = av.AudioResampler(format="s16", layout="mono", rate=_OPUS_RATE)
        for at in range(0, len(sound), RATE):
            _mux_sound(target, audio, resampler, sound[at : at + RATE], at)
        target.mux(audio.encode(None))
    return path


def grey_of_frame(n: int) -> int:
    """Brightness (0 to 255) of the n-th frame that `webm_like_mediarecorder` draws."""
    return 20 + n * 2 % 200


def wav(path: Path, sound: Samples, rate: int = RATE) -> Path:
    """Write 16-bit mono sound, such as a browser's fake microphone takes."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(sound.tobytes())
    return path


class Recordings:
    """Recordings made once per test process; their folder goes when the process ends."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="codesight-recordings-")

    def get(self, name: str, make: Callable[[Path], Path]) -> Path:
        """The file of that name, made by `make` when it is asked for the first time. Don't write to it."""
        path = Path(self._folder.name) / name
        return path if path.exists() else make(path)


@cache
def recordings() -> Recordings:
    """The process's one set of recordings."""
    return Recordings()


def _mux_sound(
    target: av.container.OutputContainer,
    audio: av.AudioStream,
    resampler: av.AudioResampler,
    piece: Samples,
    begin: int,
) -> None:
    frame = av.AudioFrame.from_ndarray(piece[np.newaxis, :], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE, begin, Fraction(1, RATE)
    for resampled in resampler.resample(frame):
        target.mux(audio.encode(resampled))


def _wav_samples(data: bytes) -> tuple[Samples, int]:
    # espeak writes to a pipe and cannot know the length, so the header's is nonsense: take all that
    # follows it.
    rate = int.from_bytes(data[24:28], "little")
    begin = data.index(b"data") + 8
    return np.frombuffer(data[begin : begin + (len(data) - begin) // 2 * 2], dtype=np.int16), rate


def _resampled(sound: tuple[Samples, int], rate: int) -> Samples:
    samples, own_rate = sound
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
    frame.sample_rate = own_rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([piece.to_ndarray()[0] for piece in pieces]).astype(np.int16)
