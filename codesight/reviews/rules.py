"""What stars mean: pay, the dataset, and what becomes of the assignment."""

from dataclasses import dataclass
from typing import NamedTuple

from codesight.errors import Invalid
from codesight.lifecycle import AssignmentState
from codesight.recordings.rules import wrong_with_note
from codesight.reviews.models import ReasonCode

NOTE_LENGTH = 1000
_LONGEST_LOOK = 24 * 3600


@dataclass(frozen=True)
class Answers:
    """The four questions of a review."""

    plays: bool
    narrated: bool
    realistic: bool
    worth_pay: bool


class Consequence(NamedTuple):
    """What a number of stars leads to."""

    state: AssignmentState
    pays: bool
    bonus: bool
    invited: bool
    """Whether the worker is invited to further work."""


class Earned(NamedTuple):
    """What a scenario brings its worker, in cents."""

    pay: int
    bonus: int

    @property
    def total(self) -> int:
        return self.pay + self.bonus


CONSEQUENCES = {
    5: Consequence(AssignmentState.ACCEPTED, pays=True, bonus=True, invited=True),
    4: Consequence(AssignmentState.ACCEPTED, pays=True, bonus=False, invited=True),
    3: Consequence(AssignmentState.ACCEPTED, pays=True, bonus=False, invited=False),
    2: Consequence(AssignmentState.REVISION_REQUESTED, pays=False, bonus=False, invited=False),
    1: Consequence(AssignmentState.REJECTED, pays=False, bonus=False, invited=False),
}
"""By stars: exceptional, good, acceptable, needs improvement, rejected."""


def earned(stars: int, price_cents: int, bonus_cents: int) -> Earned:
    """What a rating earns for a scenario of that price and bonus."""
    leads_to = CONSEQUENCES[stars]
    return Earned(price_cents if leads_to.pays else 0, bonus_cents if leads_to.bonus else 0)


def decides(stars: int) -> bool:
    """Whether a rating ends the assignment; a revision leaves it open."""
    return CONSEQUENCES[stars].state != AssignmentState.REVISION_REQUESTED


def usable_by_default(stars: int, answers: Answers) -> bool:
    """What the form proposes: paid work that plays and is realistic goes into the dataset."""
    return CONSEQUENCES[stars].pays and can_be_usable(stars, answers)


def can_be_usable(stars: int, answers: Answers) -> bool:
    """Whether a demonstration may go into the dataset at all."""
    return stars > 1 and answers.plays and answers.realistic


def ensure_valid(
    stars: int, usable: bool, answers: Answers, reason_code: ReasonCode | None, note: str, seconds: int | None
) -> None:
    """Raises Invalid `invalid_rating` with every field that has to be changed, and why."""
    wrong: dict[str, list[str]] = {}
    if stars not in CONSEQUENCES:
        wrong["stars"] = ["Give one to five stars."]
    elif usable and not can_be_usable(stars, answers):
        wrong["usable"] = ["Only what plays, is realistic and is not rejected can go into the dataset."]
    if stars in CONSEQUENCES and not CONSEQUENCES[stars].pays:
        if reason_code is None:
            wrong["reason_code"] = ["Say what is wrong: choose a reason."]
        if not note.strip():
            wrong["note"] = ["Tell the worker in a sentence what to do better."]
    if unfit := wrong_with_note(note, NOTE_LENGTH):
        wrong["note"] = unfit
    if seconds is not None and not 0 <= seconds <= _LONGEST_LOOK:
        wrong["seconds"] = ["Seconds lie between 0 and a day."]
    if wrong:
        raise Invalid("invalid_rating", "The rating is not complete yet.", fields=wrong)
