"""Telling a group what the owner has written to it."""

from codesight.clock import now
from codesight.db import transaction
from codesight.reviews.messages import actions
from jobs.queue import job, platform


@job
def deliver(news_id: int) -> None:
    """Tell everybody of the group who has not been told, a few in each transaction; called again, it goes on."""
    told = 1
    while told:
        with transaction(platform().engine) as db:
            told = actions.tell_some(db, news_id, now=now())
