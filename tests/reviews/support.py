"""Rating in tests, with the money, as the product does it: both in one transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.payouts.actions import post_review
from codesight.recordings.models import Submission
from codesight.reviews.actions import rate
from codesight.reviews.models import ReasonCode, Review
from codesight.reviews.rules import Answers, usable_by_default
from tests.support.people import NOW

GOOD = Answers(plays=True, narrated=True, realistic=True, worth_pay=True)


def give(
    db: Session, submission: Submission, stars: int, by: Account, *, replaces: int = 0, now: datetime = NOW
) -> Review:
    """A complete, ordinary rating, without the money."""
    return rate(
        db,
        submission,
        by=by,
        stars=stars,
        usable=usable_by_default(stars, GOOD),
        answers=GOOD,
        reason_code=None if stars > 2 else ReasonCode.UNREALISTIC,
        note="" if stars > 2 else "Please look around as you would at home.",
        seconds=90,
        now=now,
        lease_hours=72,
        replaces=replaces,
    )


def rate_and_post(
    db: Session, submission: Submission, stars: int, by: Account, *, replaces: int = 0, now: datetime = NOW
) -> Review:
    """A rating and its money."""
    review = give(db, submission, stars, by, replaces=replaces, now=now)
    post_review(db, review, now=now)
    return review
