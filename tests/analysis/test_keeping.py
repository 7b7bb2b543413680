"""Running the analysers and keeping what they found."""

import wave
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from codesight.adapters.speech import NoSpeech, NotConfigured, SpeechFailed, Spoken
from codesight.analysis import ANALYSERS, actions, queries
from codesight.analysis.base import RecordingFacts, Result
from codesight.analysis.models import AnalysisState
from codesight.db import reading, transaction
from codesight.recordings.rules import VideoClock
from tests.capture.samples import T0, decoded, event, pointer, target
from tests.support import people


class Heard:
    """A speech model on the other side of the network."""

    def transcribe(self, path: Path) -> Spoken:
        if path.stat().st_size < 100:
            raise SpeechFailed("The recording is too short to hear anything.")
        return Spoken("I want blue jeans", "a-model")


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(b"\x00\x00" * 1_600)
    return path


def facts(count: int = 3, **changes: object) -> RecordingFacts:
    clicks = [event(seq, target=target(f"#b{seq}"), pointer=pointer(), at=seq * 2_000.0) for seq in range(1, count + 1)]
    known = {"events": decoded(*clicks), "clock": VideoClock(T0), "microphone": None, "speech": NoSpeech()}
    return RecordingFacts(**{**known, **changes})  # type: ignore[arg-type]


@pytest.fixture
def submission_id(engine: Engine) -> int:
    with transaction(engine) as db:
        worker = people.make_worker(db, people.make_gig(db))
        noise, mine = people.claim(db, worker).assignments[:2]
        other = people.hand_in(db, noise)
        actions.save(db, other.id, actions.run(facts(7)), now=people.NOW)
        return people.hand_in(db, mine).id


def save(engine: Engine, submission_id: int, results: dict[str, Result]) -> None:
    with transaction(engine) as db:
        actions.save(db, submission_id, results, now=people.NOW)


def test_every_analyser_has_a_name_of_its_own_and_a_title() -> None:
    assert [analyser.NAME for analyser in ANALYSERS] == ["transcript", "steps"]
    assert all(analyser.TITLE for analyser in ANALYSERS)


def test_steps_are_numbered_without_gaps_and_read_in_their_order(engine: Engine, submission_id: int) -> None:
    save(engine, submission_id, actions.run(facts()))
    with reading(engine) as db:
        found = queries.steps(db, submission_id)
        assert [(step.number, step.target_selector) for step in found] == [(1, "#b1"), (2, "#b2"), (3, "#b3")]


def test_a_rerun_replaces_what_was_there_and_touches_no_other_submission(engine: Engine, submission_id: int) -> None:
    for count in (5, 2, 2):
        save(engine, submission_id, actions.run(facts(count)))
    with reading(engine) as db:
        assert [step.number for step in queries.steps(db, submission_id)] == [1, 2]
        assert len(queries.steps(db, submission_id - 1)) == 7
        assert [run.name for run in queries.runs(db, submission_id)] == ["steps", "transcript"]


def test_without_a_speech_model_the_transcript_says_so_and_pretends_nothing(
    engine: Engine, submission_id: int, voice: Path
) -> None:
    save(engine, submission_id, actions.run(facts(microphone=voice)))
    with reading(engine) as db:
        run = queries.runs(db, submission_id)[1]
        assert (run.state, run.note) == (
            AnalysisState.NOT_CONFIGURED,
            "No speech model is set, so there is no transcript.",
        )
        assert queries.transcript(db, submission_id) is None
    with pytest.raises(NotConfigured):
        NoSpeech().transcribe(voice)


def test_a_speech_models_words_are_kept_with_its_name(engine: Engine, submission_id: int, voice: Path) -> None:
    save(engine, submission_id, actions.run(facts(microphone=voice, speech=Heard())))
    with reading(engine) as db:
        kept = queries.transcript(db, submission_id)
        assert kept is not None
        assert (kept.text, kept.model) == ("I want blue jeans", "a-model")


def test_a_transcript_is_not_lost_when_a_later_run_comes_to_nothing(
    engine: Engine, submission_id: int, voice: Path
) -> None:
    save(engine, submission_id, actions.run(facts(microphone=voice, speech=Heard())))
    save(engine, submission_id, actions.run(facts(microphone=voice)))
    with reading(engine) as db:
        assert queries.transcript(db, submission_id) is not None
        assert queries.runs(db, submission_id)[1].state == AnalysisState.DONE


def test_what_fails_says_why_and_does_not_stop_the_others(tmp_path: Path) -> None:
    empty = tmp_path / "empty.wav"
    empty.write_bytes(b"")
    for changes, note in (
        ({}, "There is no microphone recording that can be played."),
        ({"microphone": empty, "speech": Heard()}, "The recording is too short to hear anything."),
        ({"microphone": tmp_path / "gone.wav", "speech": Heard()}, "This analysis could not be made."),
    ):
        results = actions.run(facts(**changes))
        assert (results["transcript"].state, results["transcript"].note) == (AnalysisState.FAILED, note)
        assert results["steps"].state == AnalysisState.DONE
