"""Reading and mending recordings with PyAV: how long, what is in them, sound as samples, pictures as JPEG.

What a browser's recorder writes has no duration, no index and a varying frame rate, and a closed laptop cuts
it anywhere. Everything here works on such files. There is no local twin: PyAV brings its own codecs.
"""

from __future__ import annotations  # PyAV's Packet is generic for type checkers only

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from codesight.adapters.webm import ends_inside_an_element

Samples = NDArray[np.int16]

SAMPLE_RATE = 16_000  # Hz: what voice detection and speech models take
# an honest header may differ this much from the packets (the last frame has no duration)
CUT_TOLERANCE_S = 1.0
RESTART_S = 1.0  # a clock that falls back further than reordering ever does was started anew
GAP_S = 2.0  # Opus has a packet every 20 to 60 ms; a missing upload piece of 5 s leaves at least this hole


class MediaProblem(StrEnum):
    """What is wrong with a recording that can be read all the same."""

    TRUNCATED = "truncated"  # the file stops in the middle, or before the end it declares
    # two recordings were written into one file; only the first is timed right
    CLOCK_RESTARTS = "clock_restarts"
    GAPS = "gaps"  # sound is missing in the middle, as when a piece of the upload was lost


class MediaError(Exception):
    """A file that cannot be used. `code` is one of `missing_file`, `empty_file`, `not_media`, `no_content`,
    `no_video`, `no_audio`, `unsupported_codec`, `write_failed`; the message is fit for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a recording holds, counted from its packets and not from what its header says."""

    duration_s: float  # the end of the last packet, on the recording's own clock
    has_video: bool
    has_audio: bool
    width: int | None  # pixels; None without video
    height: int | None
    video_codec: str | None
    audio_codec: str | None
    video_packets: int
    audio_packets: int
    size_bytes: int
    seekable: bool  # the header has a duration: players can show and seek it
    truncated: bool
    problem: MediaProblem | None


def probe(path: Path) -> MediaInfo:
    """Read through a recording's packets without decoding them.

    Raises MediaError: `missing_file`, `empty_file`, `not_media` or `no_content` (a header and nothing
    behind).
    """
    with _opened(path) as source:
        video = source.streams.video[0] if source.streams.video else None
        audio = source.streams.audio[0] if source.streams.audio else None
        counts = {"video": 0, "audio": 0}
        clock = _Clock()
        for packet in _packets(source):
            if packet.stream.type in counts:
                counts[packet.stream.type] += 1
                clock.see(packet)
        declared_s = source.duration / av.time_base if source.duration else None
        if not sum(counts.values()):
            raise MediaError("no_content", "The recording has a beginning but holds neither picture nor sound.")
        truncated = ends_inside_an_element(path) or (declared_s or 0.0) > clock.end_s + CUT_TOLERANCE_S
        return MediaInfo(
            duration_s=clock.end_s,
            has_video=counts["video"] > 0,
            has_audio=counts["audio"] > 0,
            width=video.codec_context.width if video else None,
            height=video.codec_context.height if video else None,
            video_codec=video.codec_context.name if video else None,
            audio_codec=audio.codec_context.name if audio else None,
            video_packets=counts["video"],
            audio_packets=counts["audio"],
            size_bytes=path.stat().st_size,
            seekable=declared_s is not None,
            truncated=truncated,
            problem=MediaProblem.TRUNCATED if truncated else clock.problem,
        )


def remux(src: Path, dst: Path) -> MediaInfo:
    """Copy a recording into a WebM that can be sought: duration and index at the front, nothing re-encoded.

    A truncated recording is saved up to its cut; the answer describes the copy but still says what was
    wrong with the source. `dst` appears only when it is complete.
    Raises MediaError as `probe` does, and `unsupported_codec`, `write_failed`.
    """
    before = probe(src)
    part = dst.with_name(dst.name + ".part")
    try:
        _copy_packets(src, part)
        part.replace(dst)
    except (OSError, av.error.FFmpegError) as error:
        raise MediaError("write_failed", "The recording could not be saved in a form that can be sought.") from error
    finally:
        part.unlink(missing_ok=True)
    return replace(probe(dst), truncated=before.truncated, problem=before.problem)


def audio_chunks(path: Path, chunk_s: float = 1.0) -> Iterator[Samples]:
    """The sound as 16 kHz mono, a chunk at a time (the last may be shorter), so that hours fit into memory.

    Raises MediaError as `probe` does for unreadable files, and `no_audio`.
    """
    wanted = max(1, round(chunk_s * SAMPLE_RATE))
    waiting: list[Samples] = []
    with _opened(path) as source:
        if not source.streams.audio:
            raise MediaError("no_audio", "The recording has no sound.")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        for packet in _packets(source, source.streams.audio[0].index):
            for frame in _decoded(packet):
                if isinstance(frame, av.AudioFrame):
                    waiting += [piece.to_ndarray()[0].astype(np.int16) for piece in resampler.resample(frame)]
            if sum(map(len, waiting)) >= wanted:
                joined = np.concatenate(waiting)
                whole = len(joined) // wanted * wanted
                yield from np.split(joined[:whole], whole // wanted)
                waiting = [joined[whole:]]
        waiting += [piece.to_ndarray()[0].astype(np.int16) for piece in resampler.resample(None)]
    rest = np.concatenate(waiting)
    yield from (rest[at : at + wanted] for at in range(0, len(rest), wanted))


def audio_16k_mono(path: Path) -> Samples:
    """All of the sound at once: 115 MB an hour, so for short pieces only. Raises as `audio_chunks` does."""
    return np.concatenate([np.empty(0, dtype=np.int16), *audio_chunks(path, chunk_s=30.0)])


def frame_at(path: Path, t_s: float, width: int | None = None) -> bytes:
    """The picture that was on screen at `t_s` (seconds from the start) as JPEG, at most `width` pixels wide.

    Before the first frame it is the first, behind the last it is the last. Quick on remuxed files only:
    without an index everything before `t_s` is decoded. Raises MediaError as `probe` does, `no_video`,
    `no_content`.
    """
    with _opened(path) as source:
        if not source.streams.video:
            raise MediaError("no_video", "The recording has no picture.")
        stream = source.streams.video[0]
        with suppress(av.error.FFmpegError):  # a file without an index may refuse: then from its beginning
            source.seek(round(max(0.0, t_s) * av.time_base), backward=True)
        shown: VideoFrame | None = None
        for packet in _packets(source, stream.index):
            for frame in _decoded(packet):
                if not isinstance(frame, VideoFrame):
                    continue
                if shown is not None and frame.time is not None and frame.time > t_s:
                    return _jpeg(shown, width)
                shown = frame
        if shown is None:
            raise MediaError("no_content", "The recording holds no picture that can be shown.")
        return _jpeg(shown, width)


def thumbnail(path: Path, width: int = 320) -> bytes:
    """A small JPEG from a third of the way in, where a recording shows a shop and no longer the start
    page."""
    return frame_at(path, probe(path).duration_s / 3, width)


class _Clock:
    """The end of everything seen so far, and what is odd about the times on the way there."""

    def __init__(self) -> None:
        self.end_s = 0.0
        self.problem: MediaProblem | None = None
        self._last: dict[int, float] = {}

    def see(self, packet: Packet[Stream]) -> None:
        if packet.pts is None or packet.time_base is None:
            return
        begin_s = float(packet.pts * packet.time_base)
        passed_s = begin_s - self._last.get(packet.stream.index, begin_s)
        if passed_s < -RESTART_S:
            self.problem = MediaProblem.CLOCK_RESTARTS
        elif passed_s > GAP_S and packet.stream.type == "audio":
            self.problem = self.problem or MediaProblem.GAPS
        self._last[packet.stream.index] = begin_s
        self.end_s = max(self.end_s, begin_s + float((packet.duration or 0) * packet.time_base))


def _opened(path: Path) -> InputContainer:
    if not path.is_file():
        raise MediaError("missing_file", "The recording is not there.")
    if path.stat().st_size == 0:
        raise MediaError("empty_file", "The recording is empty: it has no bytes at all.")
    try:
        source = av.open(str(path))
    except av.error.FFmpegError as error:
        raise MediaError("not_media", "The file is not a recording that can be played.") from error
    if not source.streams.video and not source.streams.audio:
        source.close()
        raise MediaError("not_media", "The file is not a recording that can be played.")
    return source


def _packets(source: InputContainer, *streams: int) -> Iterator[Packet[Stream]]:
    """The packets with a time; a damaged place ends them, and what came before it counts."""
    try:
        for packet in source.demux(*[source.streams[index] for index in streams]):
            if packet.dts is not None:
                yield packet
    except av.error.FFmpegError:
        return


def _decoded(packet: Packet[Stream]) -> list[object]:
    try:
        return list(packet.decode())
    except av.error.FFmpegError:
        return []  # one damaged packet costs its own moment, not the recording


def _copy_packets(src: Path, part: Path) -> None:
    with (
        _opened(src) as source,
        av.open(str(part), "w", format="webm", options={"cues_to_front": "1"}) as target,
    ):
        kept = [*source.streams.video[:1], *source.streams.audio[:1]]
        last: dict[int, int] = {}
        try:
            copies = {stream.index: target.add_stream_from_template(stream) for stream in kept}
            target.start_encoding()
        except ValueError as error:
            raise MediaError("unsupported_codec", "The recording's codec does not fit into a WebM file.") from error
        for packet in _packets(source, *copies):
            index, dts = packet.stream.index, packet.dts or 0
            if dts <= last.get(index, dts - 1):
                continue  # the muxer refuses time that does not go on
            last[index] = dts
            packet.stream = copies[index]
            target.mux(packet)


def _jpeg(frame: VideoFrame, width: int | None) -> bytes:
    if width is not None and width < frame.width:
        # Even sides: the JPEG encoder halves the colours in both directions.
        size = (width // 2 * 2, max(2, round(frame.height * width / frame.width) // 2 * 2))
    else:
        size = (max(2, frame.width // 2 * 2), max(2, frame.height // 2 * 2))
    picture = frame.reformat(size[0], size[1], format="yuvj420p")
    encoder = VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuvj420p"
    encoder.time_base = Fraction(1, 1000)
    picture.pts, picture.time_base = 0, encoder.time_base
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])
