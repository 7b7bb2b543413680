"""Every minute: what a lost message, a killed worker or the passing of time has left lying is taken up again."""

from datetime import timedelta

import structlog

from codesight import idempotency, outbox, outgoing
from codesight.accounts import actions as accounts
from codesight.accounts import queries as people
from codesight.accounts.models import Role
from codesight.assignments import actions as assignments
from codesight.assignments.queries import run_out, short_of_time
from codesight.capture import uploads
from codesight.checks import actions as checks
from codesight.checks.queries import unjudged
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.errors import Conflict
from codesight.exports.queries import unbuilt
from codesight.lifecycle import AssignmentState, move
from codesight.outgoing import ChatAlert, OutgoingMail
from codesight.policy import Kind
from codesight.recordings.queries import submission, submissions_in_state
from codesight.reports import books
from codesight.reviews.messages.queries import undelivered
from jobs import pipeline
from jobs.mail import write_digests
from jobs.queue import TIMEOUT_SECONDS, job, platform
from jobs.submissions import WAITING

log = structlog.get_logger()

RING_AGAIN_AFTER = timedelta(seconds=60)
LET_GO_AFTER = timedelta(seconds=TIMEOUT_SECONDS + 60)
"""Longer than a job may take, so that nothing is taken away from one that still runs."""

LET_GO_OF_MAIL_AFTER = timedelta(minutes=5)
"""Longer than a mail server or the team's chats may take over one message."""

GIVE_UP_UPLOADS_AFTER = timedelta(days=1)
"""Longer than a browser takes to send its last parts after the recording was closed."""


@job
def sweep() -> None:
    """One round; a part that fails does not keep the others from their work."""
    for part in PARTS:
        try:
            part()
        except Exception:
            log.exception("sweep_failed", part=part.__name__)


def let_go_of_dead_claims() -> None:
    """Submissions whose job was killed go back to where a job can take them."""
    engine = platform().engine
    with reading(engine) as db:
        dead = [s.id for s in submissions_in_state(db, [AssignmentState.CHECKING], before=now() - LET_GO_AFTER)]
    for submission_id in dead:
        with transaction(engine) as db:
            assignment = submission(db, submission_id).assignment
            if assignment.state_since > now() - LET_GO_AFTER:
                continue  # another process has taken it up meanwhile
            try:
                move(db, assignment, AssignmentState.SUBMITTED, now=now(), reason="the job did not finish")
            except Conflict:
                continue  # it came to its end at this very moment
        log.warning("claim_let_go", submission=submission_id)


def ring_again() -> None:
    """Work whose message was lost is asked for again."""
    here = platform()
    with reading(here.engine) as db:
        waiting = [s.id for s in submissions_in_state(db, WAITING, before=now() - RING_AGAIN_AFTER)]
        datasets = unbuilt(db, before=now() - RING_AGAIN_AFTER)
        untold = undelivered(db, before=now() - RING_AGAIN_AFTER)
    for submission_id in waiting:
        pipeline.submitted(here.settings.redis_url, submission_id)
    for dataset_id in datasets:
        pipeline.dataset_wanted(here.settings.redis_url, dataset_id)
    for news_id in untold:
        pipeline.news_written(here.settings.redis_url, news_id)


def ring_for_training() -> None:
    """Practice recordings whose message was lost, or whose job was killed."""
    here = platform()
    with transaction(here.engine) as db:
        checks.let_go_of_training(db, before=now() - LET_GO_AFTER)
        waiting = unjudged(db, before=now() - RING_AGAIN_AFTER)
    for session_id in waiting:
        pipeline.training_handed_in(here.settings.redis_url, session_id)


def ring_for_mail() -> None:
    """Mails and alerts whose message was lost, whose job was killed, or whose next try is due."""
    here = platform()
    for kind in (OutgoingMail, ChatAlert):
        with transaction(here.engine) as db:
            stuck = outgoing.let_go(db, kind, before=now() - LET_GO_OF_MAIL_AFTER)
            waiting = outgoing.waiting(db, kind, now=now() - RING_AGAIN_AFTER)
        if stuck:
            log.warning("outgoing_let_go", what=kind.__tablename__, rows=list(stuck))
        pipeline.written(here.settings.redis_url, [(kind, row_id) for row_id in waiting])


def end_leases() -> None:
    """Scenarios whose time has run out are free again; each in a transaction of its own."""
    engine = platform().engine
    with reading(engine) as db:
        over = [assignment.id for assignment in run_out(db, now())]
    for assignment_id in over:
        with transaction(engine) as db:
            try:
                assignments.expire_if_over(db, assignment_id, now=now())
            except Conflict:
                continue  # the worker handed it in at this very moment


def warn_of_deadlines() -> None:
    """Who has used up three quarters of the time is told so, once."""
    engine = platform().engine
    with reading(engine) as db:
        short = short_of_time(db, now())
    for claim_id in short:
        with transaction(engine) as db:
            assignments.warn(db, claim_id, now=now())


def forget_keys() -> None:
    """Answers that were kept for a repeated request are thrown away after a day."""
    with transaction(platform().engine) as db:
        idempotency.forget(db, now=now())


def check_books() -> None:
    """The invariants of money, as a program. When one is broken the owner's team is woken, once a day."""
    engine, moment = platform().engine, now()
    with reading(engine) as db:
        broken = books.check(db)
    for rule in broken:
        log.error("books_broken", rule=rule)
    if broken:
        key = f"{Kind.BOOKS}:{moment:%Y-%m-%d}"
        count = "1 rule" if len(broken) == 1 else f"{len(broken)} rules"
        text = f"{count} of the books no longer hold. Pay nobody before this is understood."
        with transaction(engine) as db:
            for owner in people.active(db, Role.OWNER):
                outbox.tell(db, owner.id, key, text, "/payments/books", now=moment)
            outbox.alert(db, key, text, "/payments/books", now=moment)


def give_up_uploads() -> None:
    """Parts of files that nobody will finish are thrown away; the storage is asked outside of transactions."""
    here = platform()
    with reading(here.engine) as db:
        stale = uploads.stale(db, before=now() - GIVE_UP_UPLOADS_AFTER)
    for upload in stale:
        whole = here.storage.exists(upload.key)
        # The file was made and the answer was lost: what was recorded is never thrown away.
        size = here.storage.complete(upload.key, upload.storage_upload_id) if whole else 0
        here.storage.abandon(upload.key, upload.storage_upload_id)
        with transaction(here.engine) as db:
            if whole:
                uploads.record_completed(db, upload, size, now=now())
            else:
                uploads.forget(db, upload.id)
        log.info("upload_given_up", upload=upload.id, session=upload.session_id, kept=whole)


def forget_sign_ins() -> None:
    """Browsers that were signed out, or not used, for so long that nobody looks for them."""
    with transaction(platform().engine) as db:
        accounts.forget_sign_ins(db, now=now())


PARTS = (
    let_go_of_dead_claims, ring_again, ring_for_training, end_leases, warn_of_deadlines, check_books, write_digests,
    ring_for_mail, give_up_uploads, forget_sign_ins, forget_keys,
)  # fmt: skip
