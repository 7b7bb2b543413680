"""Which notes can be kept."""

import pytest

from codesight.errors import Invalid
from codesight.recordings.rules import NOTE_LENGTH, ensure_valid_note, wrong_with_note


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
