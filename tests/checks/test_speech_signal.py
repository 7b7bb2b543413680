"""Speech told apart from everything that is no speech, on real (synthetic) voices and made-up sounds."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from codesight.adapters.media import audio_chunks
from codesight.checks.speech_signal import SAMPLE_RATE, Verdict, summarise
from tests.support.media import Samples, needs_espeak, recordings, speech, webm_audio_only

SECONDS = 20
TIMES = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
Wave = NDArray[np.float64]


def as_samples(wave: Wave) -> Samples:
    return np.clip(wave, -32_768, 32_767).astype(np.int16)


def white(level: float) -> Wave:
    return np.random.default_rng(1).normal(size=len(TIMES)) * level


def spoken() -> Wave:
    return speech(SECONDS).astype(np.float64)


def chords() -> Wave:
    beat = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    roots = np.random.default_rng(2).choice([131, 147, 165, 196, 220], SECONDS * 2)
    fade = np.exp(-6 * beat)
    return np.concatenate(
        [sum(np.sin(2 * np.pi * root * third * beat) for third in (1, 1.26, 1.5)) * fade * 3000 for root in roots]
    )


@needs_espeak
@pytest.mark.parametrize(
    "change",
    [
        lambda voice: voice,
        lambda voice: voice / 8,  # a soft voice
        lambda voice: voice + white(30),  # in a room
        lambda voice: voice + white(voice.std() / 5),  # beside a fan
        lambda voice: voice + 300 * np.sin(2 * np.pi * 50 * TIMES),  # with mains hum
    ],
    ids=["clean", "soft", "room", "fan", "mains"],
)
def test_a_voice_is_clear_speech(change: Callable[[Wave], Wave]) -> None:
    summary = summarise([as_samples(change(spoken()))])
    assert summary.verdict is Verdict.CLEAR
    assert summary.voiced_ratio > 0.5
    assert summary.voiced_seconds == pytest.approx(summary.voiced_ratio * SECONDS)


@pytest.mark.parametrize(
    ("sound", "verdict"),
    [
        (lambda: white(0), Verdict.SILENCE),
        (lambda: white(10), Verdict.SILENCE),
        (lambda: white(3000), Verdict.NOISE),
        (lambda: white(3000) * (1 + 0.9 * np.sin(2 * np.pi * 3 * TIMES)), Verdict.NOISE),
        (lambda: 8000 * np.sin(2 * np.pi * 440 * TIMES), Verdict.TONE),
        (lambda: 4000 * (1 + 0.9 * np.sin(6 * np.pi * TIMES)) * np.sin(880 * np.pi * TIMES), Verdict.TONE),
        (chords, Verdict.TONE),
        (lambda: 4000 * np.sin(2 * np.pi * 120 * TIMES) + white(700), Verdict.HUM),
    ],
    ids=["nothing", "room", "noise", "surf", "tone", "tremolo", "music", "hum"],
)
def test_what_is_no_voice_is_named_and_counts_as_no_speech(sound: Callable[[], Wave], verdict: Verdict) -> None:
    summary = summarise([as_samples(sound())])
    assert summary.verdict is verdict
    assert (summary.voiced_ratio, summary.voiced_seconds) == (0.0, 0.0)


@needs_espeak
def test_a_voice_too_far_from_the_microphone_is_quiet() -> None:
    assert summarise([as_samples(spoken() / 100)]).verdict is Verdict.QUIET


@needs_espeak
def test_an_overdriven_voice_is_clipped_and_still_counts_as_speech() -> None:
    summary = summarise([as_samples(spoken() * 12)])
    assert summary.verdict is Verdict.CLIPPED
    assert summary.clipping_ratio > 0.05
    assert summary.voiced_seconds > 5


@needs_espeak
def test_pauses_lower_the_share_but_not_the_verdict() -> None:
    voice = spoken()
    voice[5 * SAMPLE_RATE :] = 0
    summary = summarise([as_samples(voice + white(8))])
    assert summary.verdict is Verdict.CLEAR
    assert 2 < summary.voiced_seconds < 5


@needs_espeak
def test_the_length_of_the_chunks_makes_no_difference() -> None:
    samples = as_samples(spoken())
    assert summarise(np.array_split(samples, 37)) == summarise([samples])


@pytest.mark.parametrize("chunks", [[], [np.empty(0, np.int16)], [np.zeros(100, np.int16)]])
def test_no_sound_worth_the_name_is_silence(chunks: list[Samples]) -> None:
    summary = summarise(chunks)
    assert (summary.verdict, summary.voiced_ratio) == (Verdict.SILENCE, 0.0)


@needs_espeak
def test_a_recorded_narration_is_heard_through_its_codec() -> None:
    path = recordings().get("spoken.webm", lambda path: webm_audio_only(path, speech(SECONDS)))
    summary = summarise(audio_chunks(path))
    assert summary.verdict is Verdict.CLEAR
    assert summary.seconds == pytest.approx(SECONDS, abs=0.1)
    assert summary.voiced_ratio > 0.5
