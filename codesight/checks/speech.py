"""Is the narration there, and can it be understood?"""

from dataclasses import replace

from codesight.checks.base import SPEECH, VOICED_RATIO, CheckResult, Finding, Outcome, SubmissionFacts, concluded
from codesight.checks.speech_signal import AudioSummary, Verdict

NAME = SPEECH
TITLE = "Your voice is there and clear"

# thinking aloud has long pauses; a tenth of the time is a sentence every half minute
MINIMUM_VOICED_SHARE = 0.10
MINIMUM_VOICED_S = 5.0  # and in a short recording at least a sentence

_RETRY = "Check the level meter in the recorder while you speak, then record again."
_MESSAGES = {
    Verdict.SILENCE: ("speech_silent", "No voice can be heard in the recording."),
    Verdict.QUIET: ("speech_too_quiet", "Your voice is too quiet to be understood. Move closer."),
    Verdict.NOISE: ("speech_noise", "The recording holds noise, and no voice stands out from it."),
    Verdict.HUM: (
        "speech_hum",
        "The recording holds a steady hum instead of a voice. Try another microphone.",
    ),
    Verdict.TONE: ("speech_tone", "The recording holds a tone or music instead of a voice. Switch it off."),
    Verdict.CLIPPED: ("speech_clipping", "Your voice is so loud that it crackles. Turn the microphone down."),
}


def check(facts: SubmissionFacts) -> CheckResult:
    """Flags a narration that is missing, unreadable, not a voice, or too little of one.

    Where narration is not asked for, its absence passes and what is wrong with it is told without a flag.
    """
    result = concluded(_findings(facts))
    if facts.audio is not None:
        result = replace(result, figures={VOICED_RATIO: round(facts.audio.voiced_ratio, 4)})
    if facts.narration_required or result.outcome is Outcome.PASS:
        return result
    absent = facts.audio is None and facts.audio_problem is None
    return CheckResult(Outcome.PASS) if absent else replace(result, outcome=Outcome.UNKNOWN)


def _findings(facts: SubmissionFacts) -> list[Finding]:
    if facts.audio is not None:
        return _of_sound(facts.audio)
    match facts.audio_problem:
        case None | "missing_file" | "no_audio":
            message = "There is no sound with the recording. Allow the microphone and record again."
            return [Finding("speech_missing", message)]
        case "empty_file":
            return [Finding("speech_empty", f"The sound arrived empty, with no bytes in it. {_RETRY}")]
        case problem:
            message = f"The sound cannot be played. {_RETRY}"
            return [Finding("speech_unreadable", message, {"problem": problem})]


def _of_sound(audio: AudioSummary) -> list[Finding]:
    if audio.verdict is not Verdict.CLEAR:
        code, message = _MESSAGES[audio.verdict]
        return [
            Finding(
                code,
                f"{message} {_RETRY}",
                {
                    "level_db": round(audio.level_db, 1),
                    "clipping_ratio": round(audio.clipping_ratio, 4),
                    "voiced_s": round(audio.voiced_seconds, 1),
                },
            )
        ]
    if audio.voiced_ratio < MINIMUM_VOICED_SHARE or audio.voiced_seconds < MINIMUM_VOICED_S:
        return [
            Finding(
                "speech_too_little",
                f"You speak for {audio.voiced_seconds:.0f} of {audio.seconds:.0f} seconds. Say aloud "
                f"what you look for, what you compare and why you choose.",
                {"voiced_s": round(audio.voiced_seconds, 1), "voiced_ratio": round(audio.voiced_ratio, 3)},
            )
        ]
    return []
