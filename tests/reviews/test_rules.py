"""What stars mean."""

from dataclasses import replace

import pytest

from codesight.errors import Invalid
from codesight.lifecycle import AssignmentState
from codesight.reviews.models import ReasonCode
from codesight.reviews.rules import CONSEQUENCES, Answers, earned, ensure_valid, usable_by_default
from tests.reviews.support import GOOD


@pytest.mark.parametrize(
    ("stars", "state", "pay", "bonus", "invited"),
    [
        (5, AssignmentState.ACCEPTED, 400, 100, True),  # exceptional: standard pay and a bonus
        (4, AssignmentState.ACCEPTED, 400, 0, True),  # good: standard pay, invited to further work
        (3, AssignmentState.ACCEPTED, 400, 0, False),  # acceptable: standard pay
        (2, AssignmentState.REVISION_REQUESTED, 0, 0, False),  # needs improvement: goes back for revision
        (1, AssignmentState.REJECTED, 0, 0, False),  # rejected: no pay
    ],
)
def test_stars_decide_pay_and_what_comes_next(
    stars: int, state: AssignmentState, pay: int, bonus: int, invited: bool
) -> None:
    assert earned(stars, 400, 100) == (pay, bonus)
    assert (CONSEQUENCES[stars].state, CONSEQUENCES[stars].invited) == (state, invited)


@pytest.mark.parametrize(
    ("stars", "answers", "usable"),
    [
        (3, GOOD, True),
        (2, GOOD, False),
        (1, GOOD, False),
        (5, replace(GOOD, plays=False), False),
        (5, replace(GOOD, realistic=False), False),
        (4, replace(GOOD, narrated=False, worth_pay=False), True),
    ],
)
def test_the_form_proposes_for_the_dataset_what_is_paid_plays_and_is_realistic(
    stars: int, answers: Answers, usable: bool
) -> None:
    assert usable_by_default(stars, answers) is usable


def wrong_fields(**changed: object) -> set[str]:
    rating: dict[str, object] = {
        "stars": 4,
        "usable": True,
        "answers": GOOD,
        "reason_code": None,
        "note": "",
        "seconds": 60,
        **changed,
    }
    with pytest.raises(Invalid) as refusal:
        ensure_valid(**rating)  # type: ignore[arg-type]
    return set(refusal.value.details["fields"])


def test_fewer_than_three_stars_need_a_reason_and_a_note() -> None:
    assert wrong_fields(stars=2, usable=False) == {"reason_code", "note"}
    assert wrong_fields(stars=1, usable=False, reason_code=ReasonCode.OTHER, note="  ") == {"note"}
    assert wrong_fields(stars=1, usable=False, note="Too short.") == {"reason_code"}


@pytest.mark.parametrize(
    "changed",
    [
        {"stars": 1, "reason_code": ReasonCode.OTHER, "note": "No."},
        {"answers": replace(GOOD, plays=False)},
        {"answers": replace(GOOD, realistic=False)},
    ],
)
def test_what_is_rejected_broken_or_unrealistic_is_not_for_the_dataset(changed: dict[str, object]) -> None:
    assert wrong_fields(**changed) == {"usable"}


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_there_are_one_to_five_stars(stars: int) -> None:
    assert wrong_fields(stars=stars) == {"stars"}


def test_an_endless_note_and_an_impossible_time_are_refused() -> None:
    assert wrong_fields(note="x" * 1001) == {"note"}
    assert wrong_fields(note="Good\x00.") == {"note"}
    assert wrong_fields(note="Good\x1b.") == {"note"}
    assert wrong_fields(seconds=-1) == {"seconds"}
