"""Accounts that look like one person are flagged for the owner, and honest workers are not."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts.models import AuditEntry
from codesight.capture import events, uploads
from codesight.capture.models import Upload, UploadKind
from codesight.checks.linking import actions, queries
from codesight.checks.linking.models import Link, LinkKind
from codesight.checks.linking.rules import ALIKE, acts, likeness, sketch
from codesight.errors import Problem
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession, Submission
from codesight.workers.models import Channel
from codesight.workers.rules import channel_key
from tests.assignments.conftest import House
from tests.assignments.conftest import house as house  # a gig with its people
from tests.capture.samples import T0, decoded, event, target, text
from tests.capture.support import row
from tests.support.people import NOW, claim, hand_in, make_worker

WORDS = ("jeans size 32", "blue jeans", "straight leg", "denim", "levi 501")


def shopping(seed: int, count: int = 60) -> list[dict[str, Any]]:
    """How one person shops for a goal: mostly the same buttons as everybody, at a pace of their own."""
    dice, at, made = random.Random(seed), 0.0, []
    for seq in range(1, count + 1):
        at += dice.lognormvariate(0.8, 0.7) * 1000
        css = f"#step-{seq}" if dice.random() < 0.8 else f"#other-{dice.randrange(40)}"
        if dice.random() < 0.1:
            made.append(event(seq, "input", at=at, target=target(css, "input"), value=text(dice.choice(WORDS))))
        else:
            made.append(event(seq, "click", at=at, target=target(css)))
    return made


def copied(stream: Sequence[dict[str, Any]], seed: int, *, clock: float, lost: float, jitter: float) -> list[Any]:
    """The same with another clock, each event a little off, and some of them lost."""
    dice = random.Random(seed)
    kept = [one for one in stream if dice.random() >= lost]
    return [
        {
            **one,
            "seq": n,
            "client_event_id": f"copy-{n}",
            "t_wall": one["t_wall"] + clock + dice.uniform(-jitter, jitter),
        }
        for n, one in enumerate(kept, 1)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_a_copy_is_known_again_with_another_clock_jitter_and_lost_events(seed: int) -> None:
    stream = shopping(seed)
    one, other = acts(decoded(*stream)), acts(decoded(*copied(stream, seed, clock=9e8, lost=0.06, jitter=40)))
    assert set(sketch(one)) & set(sketch(other))
    assert likeness(one, other) >= ALIKE


def test_honest_workers_with_the_same_scenario_are_not_alike() -> None:
    people = [acts(decoded(*shopping(seed))) for seed in range(100, 112)]
    pairs = [likeness(a, b) for n, a in enumerate(people) for b in people[n + 1 :]]
    assert max(pairs) < ALIKE / 2


def test_the_very_same_clicks_at_another_pace_are_not_alike() -> None:
    stream, dice = shopping(1), random.Random(7)
    at, other = 0.0, []
    for one in stream:
        at += dice.lognormvariate(0.8, 0.7) * 1000
        other.append({**one, "t_wall": T0 + at})
    assert likeness(acts(decoded(*stream)), acts(decoded(*other))) < ALIKE / 2


def test_a_short_recording_tells_nothing() -> None:
    short = acts(decoded(*shopping(1, count=8)))
    assert (sketch(short), likeness(short, short)) == ([], 0.0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((Channel.PAYPAL, "Anna.Smith@gmail.com"), (Channel.WISE, " annasmith+shop@googlemail.com"), True),
        ((Channel.PAYPAL, "anna.smith@example.org"), (Channel.PAYPAL, "annasmith@example.org"), False),
        ((Channel.BANK, "DE89 3704 0044 0532 0130 00"), (Channel.BANK, "de89370400440532013000"), True),
        ((Channel.FIVERR, "@anna_s"), (Channel.FIVERR, "anna_s"), True),
        ((Channel.FIVERR, "anna"), (Channel.UPWORK, "anna"), False),
    ],
)
def test_a_payout_account_counts_the_same_however_it_is_written(
    one: tuple[Channel, str], other: tuple[Channel, str], same: bool
) -> None:
    assert (channel_key(*one) == channel_key(*other)) is same


def handed_in(db: Session, worker: Any, stream: Sequence[dict[str, Any]]) -> Submission:
    submission = hand_in(db, claim(db, worker).assignments[0])
    db.execute(sa.update(RecordingSession).where(RecordingSession.id == submission.session_id).values(state="stopped"))
    events.store(db, [row(submission.session_id, one) for one in stream])
    db.execute(
        sa.update(RecordingSession).where(RecordingSession.id == submission.session_id).values(state="submitted")
    )
    return submission


def checked(db: Session, submission: Submission) -> None:
    """What a check run does about links."""
    actions.leave_trace(db, submission.id, events.read(db, submission.session_id))
    actions.keep(db, submission.id, queries.look(db, submission), now=NOW)


def kinds(db: Session, worker_id: int) -> list[LinkKind]:
    return sorted(flag.link.kind for flag in queries.flags(db, worker_id))


def test_the_same_stream_under_two_accounts_is_flagged_once_for_both(house: House) -> None:
    other = make_worker(house.db, house.wave, email="other-person@example.org")
    first = handed_in(house.db, house.worker, shopping(3))
    second = handed_in(house.db, other, copied(shopping(3), 1, clock=5e7, lost=0.04, jitter=30))
    honest = make_worker(house.db, house.wave, email="honest@example.org")
    third = handed_in(house.db, honest, shopping(4))
    for submission in (first, second, third, second, first):
        checked(house.db, submission)
    (link,) = house.db.scalars(sa.select(Link))
    assert link.details["percent"] >= 75 and len(link.details["sessions"]) == 2
    assert {link.low_id, link.high_id} == {house.worker.account_id, other.account_id}
    assert kinds(house.db, house.worker.account_id) == kinds(house.db, other.account_id) == [LinkKind.EVENTS]
    assert kinds(house.db, honest.account_id) == []
    assert queries.flagged(house.db, [house.worker.account_id, honest.account_id]) == {house.worker.account_id: 1}


def test_payout_device_and_file_are_flagged_and_nobody_is_barred(house: House) -> None:
    other = make_worker(house.db, house.wave, email="second@example.org")
    other.channel_key = house.worker.channel_key
    first, second = handed_in(house.db, house.worker, []), handed_in(house.db, other, [])
    for submission in (first, second):
        recordings.note_device(house.db, submission.session_id, "4b1d9f6e-browser-of-one")
        house.db.add(
            Upload(
                session_id=submission.session_id, kind=UploadKind.SCREEN, key=f"k{submission.id}",
                storage_upload_id="u", content_type="video/webm", state="complete", size=5, created_at=NOW,
                completed_at=NOW,
            )
        )  # fmt: skip
        house.db.flush()
        upload = uploads.find(house.db, submission.session_id, UploadKind.SCREEN)
        assert upload is not None
        uploads.record_sha256(house.db, upload.id, "ab" * 32)
    checked(house.db, second)
    assert kinds(house.db, other.account_id) == [LinkKind.DEVICE, LinkKind.FILE, LinkKind.PAYOUT]
    assert queries.undismissed(house.db) == 3
    assert other.account.active
    assert claim(house.db, other).id


def test_what_was_dismissed_does_not_come_back_for_the_same_evidence(house: House) -> None:
    other = make_worker(house.db, house.wave, email="second@example.org")
    other.channel_key = house.worker.channel_key
    submission = handed_in(house.db, other, [])
    checked(house.db, submission)
    (link,) = house.db.scalars(sa.select(Link))
    actions.dismiss(house.db, link, "They are married.", by=house.owner.id, now=NOW)
    checked(house.db, submission)
    assert queries.undismissed(house.db) == 0
    with pytest.raises(Problem, match="already"):
        actions.dismiss(house.db, link, "They are married.", by=house.owner.id, now=NOW)
    lines = house.db.scalars(sa.select(AuditEntry).where(AuditEntry.action == "link_dismissed")).all()
    assert {line.subject for line in lines} == {f"account:{house.worker.account_id}", f"account:{other.account_id}"}
    recordings.note_device(house.db, submission.session_id, "4b1d9f6e-browser-of-one")
    theirs = handed_in(house.db, house.worker, [])
    recordings.note_device(house.db, theirs.session_id, "4b1d9f6e-browser-of-one")
    checked(house.db, submission)
    assert queries.undismissed(house.db) == 1  # other evidence is another flag
