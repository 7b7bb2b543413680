"""Writing: in a thread, to a group, and an invitation by mail."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from codesight import outbox
from codesight.accounts.actions import audit
from codesight.accounts.models import Account, Role
from codesight.errors import Conflict, Invalid
from codesight.gigs import actions as gigs
from codesight.gigs import rules as gig_rules
from codesight.gigs.models import Gig, Invitation, Wave
from codesight.lifecycle import WaveState
from codesight.policy import POLICY, Kind
from codesight.recordings.models import RecordingSession
from codesight.reviews.messages import queries
from codesight.reviews.messages.models import MailedInvitation, Message, News, Recipient, Seen
from codesight.reviews.messages.rules import Group, called, excerpt, fingerprint, kept

MOST_AT_ONCE = 50
"""People of a group who are told in one transaction."""
LONGEST_NEWS = 4000


def write(db: Session, session: RecordingSession, *, by: Account, text: str, key: str, now: datetime) -> Message:
    """Write in a recording's thread; each of the others is told once, and the team's chat when it is a worker.

    The same `key` of the same person again is the same message. Who may is decided by `queries.thread`. Raises Invalid
    `invalid_message`.
    """
    assignment = session.assignment
    message = Message(assignment_id=assignment.id, author_id=by.id, text=kept(text), key=key, at=now)
    try:
        with db.begin_nested():
            db.add(message)
    except IntegrityError:
        return db.scalars(sa.select(Message).where(Message.author_id == by.id, Message.key == key)).one()
    look(db, session, by=by, now=now)
    key, path = f"{Kind.MESSAGE}:{message.id}", f"/threads/{session.public_id}"
    for other in queries.takes_part(db, assignment):
        if other.id == by.id:
            continue
        news = f"{called(by, other)} wrote: “{excerpt(message.text)}”"
        outbox.tell(db, other.id, key, news, path, now=now)
        if not other.active:  # a mail is the only way to reach them, and they can answer it
            outbox.write_to(db, other.id, f"{key}:{other.id}", POLICY[Kind.MESSAGE].title, news, path, now=now)
    if by.id == assignment.worker_id:
        # Others' servers learn that somebody waits for an answer, not who it is nor what they say.
        said = "A worker has written about a recording and waits for an answer."
        outbox.alert(db, key, said, path, now=now)
    return message


def look(db: Session, session: RecordingSession, *, by: Account, now: datetime) -> None:
    """Somebody has the thread before them: all of it is read."""
    last = db.scalar(sa.select(sa.func.max(Message.id)).where(Message.assignment_id == session.assignment_id))
    if last is None:
        return
    seen = db.get(Seen, (session.assignment_id, by.id))
    if seen is None:
        seen = Seen(assignment_id=session.assignment_id, account_id=by.id, message_id=last)
        try:
            with db.begin_nested():
                db.add(seen)
        except IntegrityError:
            return  # another window of theirs shows it at this very moment
    seen.message_id = last
    db.flush()
    written = sa.select(Message.id).where(Message.assignment_id == session.assignment_id)
    outbox.put_away(db, by.id, keys=[f"{Kind.MESSAGE}:{one}" for one in db.scalars(written)], now=now)


def send_news(
    db: Session, group: Group, *, key: str, seen: str, title: str, text: str, by: Account, now: datetime
) -> News:
    """Write to exactly the people whom the preview with the fingerprint `seen` has named; a job tells them.

    The same `key` again is the same message. Raises Conflict `group_changed`, `empty_group`; Invalid.
    """
    earlier = db.scalar(sa.select(News).where(News.key == key))
    if earlier is not None:
        return earlier
    people = [worker.account_id for worker in queries.group(db, group, now=now)]
    if not people:
        raise Conflict("empty_group", "Nobody is in this group.")
    if fingerprint(group, people) != seen:
        raise Conflict("group_changed", "The group has changed since you looked at it. Look at who is in it now.")
    title, text = title.strip(), _whole(text)
    news = News(key=key, author_id=by.id, title=title, text=text, group=queries.in_words(db, group)[:300], at=now)
    try:
        with db.begin_nested():
            db.add(news)
    except IntegrityError:  # the button was pressed twice at the same moment
        return db.scalars(sa.select(News).where(News.key == key)).one()
    db.add_all(Recipient(news_id=news.id, account_id=account_id) for account_id in people)
    audit(db, "news_sent", f"news:{news.id}", {"recipients": len(people), "group": news.group}, now=now, by=by.id)
    db.flush()
    return news


def _whole(text: str) -> str:
    # The owner's own words to everybody: an address in them is meant to be read.
    text = text.replace("\r\n", "\n").strip()
    if not 0 < len(text) <= LONGEST_NEWS:
        why = f"Write between 1 and {LONGEST_NEWS} characters."
        raise Invalid("invalid_message", why, fields={"text": [why]})
    return text


def tell_some(db: Session, news_id: int, *, now: datetime) -> int:
    """Tell the next few of a group. Returns how many; 0 when everybody has been told.

    Row and message are written together, so a kill leaves each of them told or not, and nobody twice.
    """
    news = db.get_one(News, news_id)
    waits = (Recipient.news_id == news_id, Recipient.told_at.is_(None))
    some = sa.select(Recipient.account_id).where(*waits).order_by(Recipient.account_id).limit(MOST_AT_ONCE)
    mine = sa.update(Recipient).where(*waits, Recipient.account_id.in_(some)).values(told_at=now)
    told: Collection[int] = db.scalars(mine.returning(Recipient.account_id)).all()
    for account_id in told:
        text = f"{news.title}: {excerpt(news.text)}"
        outbox.tell(db, account_id, f"{Kind.NEWS}:{news_id}", text, f"/news/{news_id}", now=now)
    return len(told)


def read_news(db: Session, news: News, *, by: Account, now: datetime) -> None:
    """Somebody of the group has it before them."""
    if by.role != Role.OWNER:
        outbox.put_away(db, by.id, keys=[f"{Kind.NEWS}:{news.id}"], now=now)


def invite(db: Session, wave: Wave, address: str, *, days: int, by: int, now: datetime) -> Invitation:
    """Mail somebody a link of their own into a wave.

    Raises Conflict `wave_closed`, `mail_unwanted` (they asked for no more), `invited_already`, `joined_already`.
    """
    address = address.strip().lower()
    if wave.state == WaveState.CLOSED:
        raise Conflict("wave_closed", "This wave is closed, so a link into it would let nobody in.")
    if outbox.refuses_mail(db, address):
        raise Conflict("mail_unwanted", f"{address} asked for no more invitations by mail.")
    earlier = db.get(MailedInvitation, (wave.id, address), options=[joinedload(MailedInvitation.invitation)])
    if earlier is not None:
        _ensure_over(earlier.invitation, address, now)
    made = gigs.invite(db, wave, note=f"By mail to {address}"[:120], max_uses=1, days=days, now=now, by=by)
    if not _remember(db, earlier, wave.id, address, made.id):
        raise Conflict("invited_already", f"{address} has just been invited into this wave.")
    gig = db.get_one(Gig, wave.gig_id)
    text = (
        f"You are invited to “{gig.title}”: you shop online as you always do, record it, and are paid for it. "
        f"This link is for you alone and holds until {made.expires_at:%d %b %Y}:"
    )
    key, path = f"{Kind.INVITATION}:{made.id}", f"/join/{made.token}"
    outbox.post(db, key, to=address, subject=f"An invitation: {gig.title}"[:200], text=text, path=path, now=now)
    return made


def _ensure_over(invitation: Invitation, address: str, now: datetime) -> None:
    if invitation.uses:
        raise Conflict("joined_already", f"{address} was invited into this wave, and somebody has joined by that link.")
    if not gig_rules.over(invitation, now):
        raise Conflict("invited_already", f"{address} has a link into this wave already. Revoke it to send another.")


def _remember(db: Session, earlier: MailedInvitation | None, wave_id: int, address: str, invitation_id: int) -> bool:
    """False when somebody else invited the same person at this very moment."""
    if earlier is not None:
        mine = sa.update(MailedInvitation).where(
            MailedInvitation.wave_id == wave_id,
            MailedInvitation.address == address,
            MailedInvitation.invitation_id == earlier.invitation_id,
        )
        return db.scalar(mine.values(invitation_id=invitation_id).returning(MailedInvitation.wave_id)) is not None
    try:
        with db.begin_nested():
            db.add(MailedInvitation(wave_id=wave_id, address=address, invitation_id=invitation_id))
    except IntegrityError:
        return False
    return True
