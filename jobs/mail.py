"""Sending what the outbox holds: mails to people, alerts to the team's chats, and the daily digests."""

import structlog

from codesight import digests, letters, outbox, outgoing
from codesight.accounts.queries import account
from codesight.adapters.chat import NotSaid
from codesight.adapters.mail import NotSent
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.outgoing import ChatAlert, OutgoingMail
from codesight.policy import Kind
from jobs.queue import job_ahead, platform

log = structlog.get_logger()


@job_ahead
def send(mail_id: int) -> None:
    """Send one mail. Only one of several calls does; a failed one is tried again when it is due (the sweep rings)."""
    here = platform()
    with transaction(here.engine) as db:
        mail = outgoing.claim(db, OutgoingMail, mail_id, now=now())
        closed = mail is not None and mail.account_id is not None and not account(db, mail.account_id).active
    if mail is None:
        return
    try:
        here.mail.send(letters.letter_of(mail, here.settings, closed=closed))
    except NotSent as problem:
        with transaction(here.engine) as db:
            again = outgoing.not_sent(db, OutgoingMail, mail_id, str(problem), for_good=problem.for_good, now=now())
            if not again:
                # Not to whom: an alert leaves the house.
                text = "A mail was given up: the mail server does not take it, or the address does not exist."
                outbox.alert(db, f"{Kind.UNDELIVERED}:{mail_id}", text, "/owner", now=now())
        say = log.warning if again else log.error
        say("mail_waits" if again else "mail_given_up", mail=mail_id, problem=str(problem))
        return
    with transaction(here.engine) as db:
        outgoing.sent(db, OutgoingMail, mail_id, now=now())


@job_ahead
def alert(alert_id: int) -> None:
    """Say one alert in each of the team's chats; those that did not take it get it again when it is due."""
    here = platform()
    with transaction(here.engine) as db:
        row = outgoing.claim(db, ChatAlert, alert_id, now=now())
    if row is None:
        return
    reached, said = list(row.reached), letters.alert_of(row, here.settings)
    missed = 0
    for name in here.chat.names:
        if name in reached:
            continue
        try:
            here.chat.say(name, said)
        except NotSaid:
            missed += 1
            continue
        reached = [*reached, name]
        with transaction(here.engine) as db:  # before the next chat: a kill there must not repeat it here
            outgoing.reached(db, alert_id, reached)
    with transaction(here.engine) as db:
        if not missed:
            outgoing.sent(db, ChatAlert, alert_id, now=now())
            return
        problem = f"{missed} of {len(here.chat.names)} chats did not take it"
        again = outgoing.not_sent(db, ChatAlert, alert_id, problem, for_good=False, now=now())
    say = log.warning if again else log.error
    say("alert_waits" if again else "alert_given_up", alert=alert_id, problem=problem)


def write_digests() -> None:
    """For everybody whose hour has come: what waited for it, in one mail."""
    engine = platform().engine
    with reading(engine) as db:
        waiting = digests.due(db, now=now())
    for account_id in waiting:
        with transaction(engine) as db:
            digests.write(db, account_id, now=now())
