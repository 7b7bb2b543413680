"""A film of what a browser shows, with captions: frames by the browser's own screencast, WebM by PyAV."""

import base64
import time
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
from av.video.frame import PictureType, VideoFrame
from playwright.sync_api import CDPSession, Page

FRAMES_PER_SECOND = 8
BIT_RATE = 180_000


class Film:
    """Shows one page at a time; what it shows when is kept until it is written."""

    def __init__(self, captions: list[str]) -> None:
        self.captions = captions
        self.said: list[float] = []
        """When each caption begins, in seconds of the film."""
        self.frames: list[tuple[float, bytes]] = []
        self.page: Page | None = None
        self.began = 0.0
        self.ended = 0.0
        self._session: CDPSession | None = None

    def roll(self, page: Page) -> None:
        """Show this page from now on."""
        self._stop()
        page.bring_to_front()
        self.began = self.began or time.monotonic()
        self.page, self._session = page, page.context.new_cdp_session(page)
        self._session.on("Page.screencastFrame", self._keep)
        self._session.send("Page.startScreencast", {"format": "jpeg", "quality": 90, "everyNthFrame": 1})

    def say(self) -> None:
        """The next caption begins."""
        self.said.append(self._now())

    def hold(self, seconds: float) -> None:
        """Let whoever watches read."""
        assert self.page is not None
        self.page.wait_for_timeout(seconds * 1000)

    def cut(self) -> None:
        """It ends here."""
        self._stop()
        self.ended = self._now()

    def write(self, video: Path, captions: Path) -> None:
        """As VP9 in WebM, and WebVTT beside it."""
        assert len(self.said) == len(self.captions)
        ends = [*self.said[1:], self.ended]
        cues = [
            f"{_clock(begin)} --> {_clock(end)}\n{text}"
            for begin, end, text in zip(self.said, ends, self.captions, strict=True)
        ]
        captions.write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n", "utf-8")
        _encode(self.frames, self.ended, video)

    def _keep(self, shown: dict[str, Any]) -> None:
        self.frames.append((self._now(), base64.b64decode(shown["data"])))
        if self._session is not None:
            self._session.send("Page.screencastFrameAck", {"sessionId": shown["sessionId"]})

    def _stop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.send("Page.stopScreencast")
            session.detach()

    def _now(self) -> float:
        return time.monotonic() - self.began


def _encode(frames: list[tuple[float, bytes]], length: float, path: Path) -> None:
    """Each frame stands until the next one: the browser sends one only when something has changed."""
    first = _picture(frames[0][1])
    with av.open(str(path), "w", format="webm") as out:
        stream = out.add_stream("libvpx-vp9", rate=FRAMES_PER_SECOND)
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
        stream.bit_rate, stream.time_base = BIT_RATE, Fraction(1, FRAMES_PER_SECOND)
        stream.options = {"deadline": "good", "cpu-used": "4", "crf": "36"}
        at = 0
        shown = first
        for n in range(int(length * FRAMES_PER_SECOND)):
            while at < len(frames) and frames[at][0] <= n / FRAMES_PER_SECOND:
                shown, at = _picture(frames[at][1]).reformat(first.width, first.height, "yuv420p"), at + 1
            shown.pts, shown.time_base = n, Fraction(1, FRAMES_PER_SECOND)
            # A still comes as a key frame, and a film of those is forty times as large.
            shown.pict_type = PictureType.NONE
            out.mux(stream.encode(shown))
        out.mux(stream.encode(None))


def _picture(content: bytes) -> VideoFrame:
    with av.open(BytesIO(content)) as still:
        return next(still.decode(video=0)).reformat(format="yuv420p")


def _clock(seconds: float) -> str:
    return f"00:{int(seconds // 60):02d}:{seconds % 60:06.3f}"
