"""Facts of an ordinary, good submission, to be spoiled by the tests."""

import random
from dataclasses import replace
from typing import Any

from codesight.adapters.media import MediaInfo
from codesight.checks.base import Box, CheckResult, EventFact, SubmissionFacts
from codesight.checks.speech_signal import AudioSummary, Verdict

VIDEO = MediaInfo(
    duration_s=420.0,
    has_video=True,
    has_audio=True,
    width=1280,
    height=720,
    video_codec="vp9",
    audio_codec="opus",
    video_packets=6000,
    audio_packets=21_000,
    size_bytes=30_000_000,
    seekable=True,
    truncated=False,
    problem=None,
)
AUDIO = AudioSummary(
    seconds=420.0,
    voiced_seconds=180.0,
    voiced_ratio=180 / 420,
    clipping_ratio=0.0,
    level_db=-24.0,
    swing_db=40.0,
    flatness=0.03,
    verdict=Verdict.CLEAR,
)


def shopping(count: int = 40, seed: int = 3) -> list[EventFact]:
    """Somebody looks for jeans: irregular times, clicks off centre, scrolls in between, 400 seconds in
    all."""
    chance = random.Random(seed)
    events, now = [], 4_000.0
    for seq in range(1, count + 1):
        kind = chance.choice(["click", "click", "scroll", "input", "hover", "navigation"])
        box = Box(chance.uniform(0, 900), chance.uniform(0, 500), 120, 32)
        events.append(
            EventFact(
                seq=seq,
                type=kind,
                t_ms=now,
                url=f"https://shop.example/p/blue-jeans-{seq % 7}?size=32",
                target_text="Slim blue jeans",
                value_text="blue jeans" if kind == "input" else "",
                pointer=(box.x + chance.uniform(5, 50), box.y + chance.uniform(3, 12)) if kind == "click" else None,
                bbox=box if kind == "click" else None,
                viewport=(1280, 720),
            )
        )
        now += chance.lognormvariate(8.8, 0.8)
    return events


def good(**changes: Any) -> SubmissionFacts:
    """The ordinary submission, with `changes` to its fields."""
    facts = SubmissionFacts(
        goal="Find blue jeans, size 32, from a local store in Seattle, under $80",
        events=shopping(),
        video=VIDEO,
        audio=AUDIO,
    )
    return replace(facts, **changes)


def codes(result: CheckResult) -> set[str]:
    """The codes of what was found."""
    return {finding.code for finding in result.findings}


def clicks(times: list[float], **changes: object) -> list[EventFact]:
    """Clicks at those times (ms), each beside its element's centre."""
    plain = EventFact(
        0, "click", 0.0, "https://shop.example/jeans", "blue jeans", pointer=(20, 11), bbox=Box(0, 0, 90, 30)
    )
    return [
        replace(plain, seq=seq, t_ms=t_ms, **changes)  # type: ignore[arg-type]
        for seq, t_ms in enumerate(times, 1)
    ]
