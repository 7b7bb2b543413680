"""Giving a verdict, and changing one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight import money, outbox
from codesight.accounts.models import Account, Role
from codesight.assignments.actions import verdict
from codesight.assignments.models import Assignment
from codesight.errors import Conflict, NotAllowed
from codesight.lifecycle import AssignmentState, words
from codesight.policy import Kind
from codesight.recordings.models import Submission
from codesight.reviews.levels import after_verdict
from codesight.reviews.models import ReasonCode, Review
from codesight.reviews.queries import latest_review
from codesight.reviews.rules import CONSEQUENCES, Answers, decides, earned, ensure_valid

_WITH_A_VERDICT = (AssignmentState.ACCEPTED, AssignmentState.REJECTED, AssignmentState.REVISION_REQUESTED)


def rate(
    db: Session,
    submission: Submission,
    *,
    by: Account,
    stars: int,
    usable: bool,
    answers: Answers,
    reason_code: ReasonCode | None,
    note: str,
    seconds: int | None,
    now: datetime,
    lease_hours: int,
    replaces: int = 0,
) -> Review:
    """Rate a submission, or rate it anew; the assignment moves and the worker is told.

    `replaces` is the version that the reviewer saw and changes; 0 when there was none. Post the money in the
    same transaction (`payouts.actions.post_review`).

    Raises Invalid `invalid_rating`; NotAllowed `own_recording`, `owner_needed` (who lowers what was earned);
    Conflict `not_in_review`, `newer_submission`, `rated_meanwhile`, `verdict_stands`.
    """
    ensure_valid(stars, usable, answers, reason_code, note, seconds)
    assignment = submission.assignment
    if by.id == assignment.worker_id:
        raise NotAllowed("own_recording", "This is your own recording; somebody else has to rate it.")
    _lock(db, assignment)
    before = latest_review(db, submission.id)
    _ensure_open(db, submission, before, replaces)
    if before is not None:
        _ensure_may_change(assignment, before, stars, by)
    to = CONSEQUENCES[stars].state
    if assignment.state != to:
        verdict(db, assignment, to, by=by.id, now=now, lease_hours=lease_hours)
    review = Review(
        submission_id=submission.id,
        version=replaces + 1,
        reviewer_id=by.id,
        rating=stars,
        usable=usable,
        plays=answers.plays,
        narrated=answers.narrated,
        realistic=answers.realistic,
        worth_pay=answers.worth_pay,
        reason_code=reason_code,
        note=note.strip(),
        seconds=seconds,
        created_at=now,
        submission=submission,
    )
    db.add(review)
    db.flush()
    after_verdict(db, assignment.worker_id, now=now)
    path = f"/submissions/{submission.session.public_id}"
    kind = Kind.REVIEW if decides(stars) else Kind.REVISION
    outbox.tell(db, assignment.worker_id, f"{kind}:{review.id}", _news(assignment, before, stars), path, now=now)
    return review


def _lock(db: Session, assignment: Assignment) -> None:
    # One verdict after the other: the second reviewer reads what the first one wrote.
    mine = sa.update(Assignment).where(Assignment.id == assignment.id).values(price_cents=Assignment.price_cents)
    db.execute(mine.execution_options(synchronize_session=False))
    db.refresh(assignment)


def _ensure_open(db: Session, submission: Submission, before: Review | None, replaces: int) -> None:
    newer = sa.select(Submission.id).where(
        Submission.assignment_id == submission.assignment_id, Submission.revision_no > submission.revision_no
    )
    if db.scalar(newer.limit(1)) is not None:
        raise Conflict("newer_submission", "The worker has handed in a revision since. Rate that one.")
    if (before.version if before else 0) != replaces:
        raise Conflict("rated_meanwhile", "This was rated in the meantime. Load the page again to see the verdict.")
    state = submission.assignment.state
    if state != AssignmentState.IN_REVIEW and not (before and state in _WITH_A_VERDICT):
        raise Conflict("not_in_review", f"This is {words(state)} and does not wait for a rating.", state=state.value)


def _ensure_may_change(assignment: Assignment, before: Review, stars: int, by: Account) -> None:
    was = earned(before.rating, assignment.price_cents, assignment.bonus_cents)
    becomes = earned(stars, assignment.price_cents, assignment.bonus_cents)
    if becomes.total < was.total and by.role != Role.OWNER:
        raise NotAllowed("owner_needed", "This takes back what the worker has earned. Only the owner can do that.")
    if not decides(stars) and assignment.state != AssignmentState.REVISION_REQUESTED:
        raise Conflict(
            "verdict_stands",
            "A revision can be asked for only before the verdict. Choose 1, 3, 4 or 5 stars.",
        )


def _news(assignment: Assignment, before: Review | None, stars: int) -> str:
    goal = assignment.scenario.goal
    about = f"“{goal if len(goal) <= 120 else goal[:117] + '…'}”"
    now = earned(stars, assignment.price_cents, assignment.bonus_cents)
    was = earned(before.rating, assignment.price_cents, assignment.bonus_cents) if before else None
    currency = assignment.claim.currency
    if was is not None and now.total < was.total:
        less = money.text(was.total - now.total, currency)
        now_has = f"it now has {_stars(stars)}, so {less} will be taken off your next payment"
        return f"We looked again at {about}: {now_has}. The note says why."
    again = "We looked again at" if before else "Thank you for"
    match stars:
        case 5:
            paid = money.text(now.pay, currency)
            extra = f" and a bonus of {money.text(now.bonus, currency)}" if now.bonus else ""
            return f"{again} {about}: five stars, exceptional work! You earned {paid}{extra}."
        case 4:
            invited = "Good work, and you are welcome to take more."
            return f"{again} {about}: four stars. {invited} You earned {money.text(now.total, currency)}."
        case 3:
            return f"{again} {about}: three stars, accepted. You earned {money.text(now.total, currency)}."
        case 2:
            asked = "Please read the note and record it once more; your place is kept."
            return f"{again} {about}: it is nearly there. {asked}"
        case _:
            why = "The note explains why; other scenarios stay open to you."
            return f"{again} {about}: this time it could not be accepted. {why}"


def _stars(number: int) -> str:
    return "1 star" if number == 1 else f"{number} stars"
