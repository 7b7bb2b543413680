"""Sending what the outbox holds for the mail."""

import structlog

from codesight import outbox
from codesight.adapters.mail import NotSent
from codesight.clock import now
from codesight.db import transaction
from jobs.queue import job_ahead, platform

log = structlog.get_logger()


@job_ahead
def send(mail_id: int) -> None:
    """Send one mail. Only one of several calls does; a failed one is tried again when it is due (the sweep rings)."""
    here = platform()
    with transaction(here.engine) as db:
        letter = outbox.claim_mail(db, mail_id, now=now())
    if letter is None:
        return
    try:
        here.mail.send(letter)
    except NotSent as problem:
        with transaction(here.engine) as db:
            again = outbox.mail_not_sent(db, mail_id, str(problem), for_good=problem.for_good, now=now())
        say = log.warning if again else log.error
        say("mail_waits" if again else "mail_given_up", mail=mail_id, problem=str(problem))
        return
    with transaction(here.engine) as db:
        outbox.mail_sent(db, mail_id, now=now())
