"""Is somebody speaking, and can they be understood? Voice detection and plain acoustics, no speech
recognition.

WebRTC's voice detector alone calls noise, hum and music speech. What tells speech from them: it comes in
syllables and pauses (its level swings), and its sound is neither as flat as noise nor as pure as a tone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import webrtcvad
from numpy.typing import NDArray

SAMPLE_RATE = 16_000  # Hz
FRAME = 480  # samples: 30 ms, the longest frame the detector takes
DETECTOR_STRICTNESS = 2  # 0 to 3; 3 drops soft word ends

SILENT_DB = -60.0  # of full scale: below a quiet room's own noise
QUIET_DB = -50.0  # speech softer than this cannot be told from the room
SWING_DB = 12.0  # p95 - p10 of the levels; steady sounds stay below it
FLAT = 0.35  # spectral flatness of noise; a voice's is far lower
PURE = 0.003  # spectral flatness of tones and plain chords, however they swell; voices stay above 0.01
FULL_SCALE = 32_700  # of 32,767: samples at the stop
CLIPPED_SHARE = 0.01  # more than this is heard as crackling
HARDLY_VOICED = 0.02  # below this share nobody speaks, whatever the sound is


class Verdict(StrEnum):
    """What the sound is, as far as the signal alone tells."""

    CLEAR = "clear"
    SILENCE = "silence"
    QUIET = "quiet"
    NOISE = "noise"
    HUM = "hum"
    TONE = "tone"
    CLIPPED = "clipped"


@dataclass(frozen=True, slots=True)
class AudioSummary:
    """What a narration sounds like, as numbers; small enough to be stored with the check."""

    seconds: float
    voiced_seconds: float  # frames in which somebody speaks
    voiced_ratio: float  # of all frames, 0 to 1
    clipping_ratio: float  # of all samples, 0 to 1
    level_db: float  # of full scale, median of the voiced frames (of all frames if none is)
    swing_db: float  # p95 - p10 of the frames' levels
    flatness: float  # 0 (a tone) to 1 (white noise), median of the frames that sound at all
    verdict: Verdict


def summarise(chunks: Iterable[NDArray[np.int16]]) -> AudioSummary:
    """Sum up 16 kHz mono sound that comes in chunks of any length. Holds 100 bytes a second in memory.

    No sound at all is `silence` of no length.
    """
    detector = webrtcvad.Vad(DETECTOR_STRICTNESS)
    levels: list[NDArray[np.float32]] = [np.empty(0, np.float32)]
    flatness: list[NDArray[np.float32]] = [np.empty(0, np.float32)]
    heard: list[bool] = []
    samples = clipped = 0
    rest = np.empty(0, np.int16)
    for chunk in chunks:
        samples += len(chunk)
        clipped += int(np.count_nonzero((chunk >= FULL_SCALE) | (chunk <= -FULL_SCALE)))
        joined = np.concatenate([rest, chunk])
        whole = len(joined) // FRAME * FRAME
        frames, rest = joined[:whole].reshape(-1, FRAME), joined[whole:]
        if len(frames):
            levels.append(_levels_db(frames))
            flatness.append(_flatness(frames))
            heard += [detector.is_speech(frame.tobytes(), SAMPLE_RATE) for frame in frames]
    return _summary(
        np.concatenate(levels),
        np.concatenate(flatness),
        np.array(heard, bool),
        samples,
        clipped / max(samples, 1),
    )


def _summary(
    levels: NDArray[np.float32],
    flatness: NDArray[np.float32],
    heard: NDArray[np.bool_],
    samples: int,
    clipping: float,
) -> AudioSummary:
    seconds = samples / SAMPLE_RATE
    if not len(levels):
        return AudioSummary(seconds, 0.0, 0.0, clipping, -100.0, 0.0, 0.0, Verdict.SILENCE)
    sounding = levels > SILENT_DB
    typical = float(np.median(flatness[sounding])) if sounding.any() else 0.0
    swing = float(np.percentile(levels, 95) - np.percentile(levels, 10))
    voiced = heard & (levels > QUIET_DB) & (flatness < FLAT)
    spoken = heard & sounding
    level = float(np.median(levels[spoken] if spoken.any() else levels))
    verdict = _verdict(levels, swing, typical, level, float(voiced.mean()), clipping)
    if verdict not in {Verdict.CLEAR, Verdict.CLIPPED}:
        voiced = np.zeros_like(voiced)  # the detector was fooled: nobody speaks here
    ratio = float(voiced.mean())
    return AudioSummary(
        seconds=seconds,
        voiced_seconds=ratio * seconds,
        voiced_ratio=ratio,
        clipping_ratio=clipping,
        level_db=level,
        swing_db=swing,
        flatness=typical,
        verdict=verdict,
    )


def _verdict(
    levels: NDArray[np.float32], swing: float, flatness: float, level: float, voiced: float, clipping: float
) -> Verdict:
    if float(np.percentile(levels, 99)) < SILENT_DB:
        return Verdict.SILENCE
    if flatness < PURE:
        return Verdict.TONE
    if flatness >= FLAT:
        return Verdict.NOISE
    if level < QUIET_DB:
        return Verdict.QUIET
    if swing < SWING_DB:
        return Verdict.HUM
    if voiced < HARDLY_VOICED:
        return Verdict.SILENCE
    return Verdict.CLIPPED if clipping > CLIPPED_SHARE else Verdict.CLEAR


def _levels_db(frames: NDArray[np.int16]) -> NDArray[np.float32]:
    power: NDArray[np.float32] = np.mean(np.square(frames.astype(np.float32) / 32_768), axis=1)
    decibels: NDArray[np.float32] = 10 * np.log10(power + np.float32(1e-10))
    return decibels


def _flatness(frames: NDArray[np.int16]) -> NDArray[np.float32]:
    """Geometric over arithmetic mean of the power spectrum between 100 Hz and 4 kHz, where voices are."""
    windowed = frames.astype(np.float32) / 32_768 * np.hanning(FRAME).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(windowed, axis=1)))[:, 3:120] + 1e-12
    ratio: NDArray[np.float32] = np.exp(np.mean(np.log(power), axis=1)) / np.mean(power, axis=1)
    return ratio
