"""Which notes can be kept, and where a moment stands in the video."""

import pytest

from codesight.errors import Invalid
from codesight.recordings.rules import (
    MOST_PAUSES,
    NOTE_LENGTH,
    VideoClock,
    ensure_valid_note,
    ensure_valid_pauses,
    wrong_with_note,
)


@pytest.mark.parametrize("note", ["", "It's 5 > 4.", "Zwei\r\n\tZeilen", "Ünïcödé 👖", "x" * NOTE_LENGTH])
def test_what_people_type_is_kept(note: str) -> None:
    ensure_valid_note(note)


@pytest.mark.parametrize("note", ["a\x00b", "\x1b[31m", "a\x08", "\x7f", "\x85", "\ud83d"])
def test_what_is_no_text_is_refused(note: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ensure_valid_note(note)
    assert list(refusal.value.details["fields"]) == ["note"]


def test_a_note_is_never_cut_but_refused_with_all_that_is_wrong() -> None:
    with pytest.raises(Invalid, match="at most 500"):
        ensure_valid_note("x" * (NOTE_LENGTH + 1))
    assert len(wrong_with_note("\x00" * 3, 2)) == 2


@pytest.mark.parametrize(
    ("wall", "place"),
    [(900, -100), (1000, 0), (2999, 1999), (3000, 2000), (4000, 2000), (5000, 2000), (5001, 2001), (7000, 3500)],
)
def test_the_video_leaves_out_what_was_paused(wall: float, place: float) -> None:
    assert VideoClock(1000, ((3000, 5000), (6000, 6500))).place(wall) == place


@pytest.mark.parametrize("pauses", [[], [(1000, 1000)], [(1000, 2000), (2000, 3000)]])
def test_pauses_follow_each_other(pauses: list[tuple[float, float]]) -> None:
    ensure_valid_pauses(pauses, 1000)


@pytest.mark.parametrize(
    "pauses", [[(999, 2000)], [(3000, 2000)], [(1000, 3000), (2000, 4000)], [(1000, 1000)] * (MOST_PAUSES + 1)]
)
def test_what_cannot_be_pauses_is_refused(pauses: list[tuple[float, float]]) -> None:
    with pytest.raises(Invalid, match="one after the other"):
        ensure_valid_pauses(pauses, 1000)
