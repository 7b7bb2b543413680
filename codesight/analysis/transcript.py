"""The narration as text."""

from codesight.adapters.speech import NotConfigured, SpeechFailed
from codesight.analysis.base import RecordingFacts, Result
from codesight.analysis.models import AnalysisState

NAME = "transcript"
TITLE = "Transcript of the narration"


def run(facts: RecordingFacts) -> Result:
    """What was said, by the speech model that is set."""
    if facts.microphone is None:
        return Result(AnalysisState.FAILED, "There is no microphone recording that can be played.")
    try:
        spoken = facts.speech.transcribe(facts.microphone)
    except NotConfigured as problem:
        return Result(AnalysisState.NOT_CONFIGURED, str(problem))
    except SpeechFailed as problem:
        return Result(AnalysisState.FAILED, str(problem))
    return Result(AnalysisState.DONE, f"{len(spoken.text.split())} words", transcript=spoken)
