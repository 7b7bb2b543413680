"""Levels by the owner's hand and by the rule, the rule itself, and suspensions from the first word to the last."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from codesight import outbox
from codesight.accounts.actions import audit, subject_of
from codesight.clock import iso
from codesight.errors import Conflict, Invalid
from codesight.gigs.models import Level, Narration, Tier
from codesight.policy import Kind
from codesight.workers.models import Worker
from codesight.workers.standing import queries
from codesight.workers.standing.models import LevelRule, Suspension, SuspensionScope, WorkerNumbers
from codesight.workers.standing.rules import (
    Numbers,
    Rule,
    ensure_sensible,
    is_lower,
    level_of,
    narration_of,
    scope_words,
    speaks_enough,
    terms_of,
)

PAGE = "/standing"
"""Where a worker reads how they stand."""


def lock(db: Session, worker: Worker) -> None:
    """Hold the worker's row: of two who change it at the same moment, the second one sees what the first one did.

    A claim holds it as well, so that it either comes before a suspension or sees it.
    """
    mine = sa.update(Worker).where(Worker.account_id == worker.account_id).values(level=Worker.level)
    db.execute(mine.execution_options(synchronize_session=False))
    db.refresh(worker, ["level", "narration", "level_by_hand"])


def set_level(db: Session, worker: Worker, level: Level, narration: Narration, *, by: int, now: datetime) -> bool:
    """Give a worker a level and what narration they may take; the rule leaves both alone until `release`.

    Leaves a line in the audit and a message to them; False when it is all so already. Packages that they have
    claimed stay theirs.
    """
    lock(db, worker)
    if worker.level_by_hand and (worker.level, worker.narration) == (level, narration):
        return False
    _move(db, worker, level, narration, "set by the owner", by=by, now=now)
    worker.level_by_hand = True
    return True


def release(db: Session, worker: Worker, *, by: int, now: datetime) -> bool:
    """The rule counts for this worker again, from their next verdict on; False when it does already.

    What they may take stays as it is: moving down is a decision of its own.
    """
    lock(db, worker)
    if not worker.level_by_hand:
        return False
    worker.level_by_hand = False
    audit(db, "level_released", subject_of(worker.account_id), {"level": worker.level.value}, now=now, by=by)
    return True


def keep_numbers(db: Session, worker_id: int, numbers: Numbers, *, now: datetime) -> None:
    """Write down what a worker has shown."""
    row = db.get(WorkerNumbers, worker_id)
    if row is None:
        row = WorkerNumbers(worker_id=worker_id)
        db.add(row)
    row.accepted, row.decided, row.at = numbers.accepted, numbers.decided, now
    row.stars, row.first_pass, row.narration = numbers.stars, numbers.first_pass, numbers.narration


def follow(
    db: Session, worker: Worker, rule: Rule, numbers: Numbers, *, by: int | None, now: datetime, also_down: bool = False
) -> bool:
    """Give the worker what the rule says, unless the owner has set it; whether anything has changed.

    Downwards only with `also_down`, which is the owner's decision.
    """
    lock(db, worker)
    if worker.level_by_hand:
        return False
    level, narration = level_of(rule, numbers), narration_of(rule, numbers)
    if not also_down:
        level = worker.level if is_lower(level, worker.level) else level
        narration = narration if speaks_enough(narration, worker.narration) else worker.narration
    if (level, narration) == (worker.level, worker.narration):
        return False
    _move(db, worker, level, narration, "by the rule", by=by, now=now)
    return True


def set_rule(db: Session, rule: Rule, *, replaces: int, by: int, now: datetime) -> int:
    """Make a version of the rule; `replaces` is the one that its maker saw. Returns the version.

    Raises Invalid `invalid_rule`, Conflict `changed_meanwhile`.
    """
    ensure_sensible(rule)
    version, before = queries.rule(db)
    if version != replaces:
        raise _changed_meanwhile()
    if rule == before:
        return version
    try:
        with db.begin_nested():
            db.add(LevelRule(version=version + 1, terms=terms_of(rule), made_at=now, made_by=by))
    except IntegrityError as problem:
        raise _changed_meanwhile() from problem
    changed = {name: value for name, value in terms_of(rule).items() if terms_of(before)[name] != value}
    was = {name: terms_of(before)[name] for name in changed}
    audit(db, "level_rule_set", f"level_rule:{version + 1}", {"before": was, "after": changed}, now=now, by=by)
    return version + 1


def suspend(
    db: Session,
    worker: Worker,
    scope: SuspensionScope,
    *,
    tier: Tier | None = None,
    reason: str,
    until: datetime | None,
    by: int,
    now: datetime,
) -> Suspension:
    """Keep a worker from new work; they are told why and until when. What they have earned is not touched.

    Raises Invalid `invalid_suspension`, Conflict `suspended_already` for the same scope twice.
    """
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise _invalid("reason", "Say why, in 1 to 500 characters: the worker reads it.")
    if until is not None and until <= now:
        raise _invalid("until", "Choose a time that is still to come.")
    if (scope == SuspensionScope.TIER) != (tier is not None):
        raise _invalid("tier", "Choose a package, if it is about one package only.")
    lock(db, worker)
    gig_id = None if scope == SuspensionScope.ALL else worker.gig_id
    same = (Suspension.scope == scope, Suspension.gig_id.is_not_distinct_from(gig_id))
    there = sa.select(Suspension.id).where(Suspension.worker_id == worker.account_id, queries.in_force(now), *same)
    if db.scalar(there.where(Suspension.tier.is_not_distinct_from(tier)).limit(1)) is not None:
        raise Conflict("suspended_already", "This worker is suspended from that already. Lift it first.")
    made = Suspension(
        worker_id=worker.account_id, scope=scope, gig_id=gig_id, tier=tier, reason=reason, made_at=now, made_by=by,
        until=until,
    )  # fmt: skip
    db.add(made)
    db.flush()
    details: dict[str, object] = {"suspension": made.id, "from": scope_words(made), "reason": reason}
    details["until"] = iso(until) if until else "lifted"
    audit(db, "suspended", subject_of(worker.account_id), details, now=now, by=by)
    end = f" until {until:%d %B %Y, %H:%M} UTC" if until else ""
    text = f"You are suspended from {scope_words(made)}{end}. Read why, and appeal if you see it otherwise."
    outbox.tell(db, worker.account_id, f"{Kind.SUSPENSION}:{made.id}", text, PAGE, now=now)
    return made


def lift(db: Session, suspension: Suspension, *, reason: str, by: int, now: datetime) -> None:
    """End a suspension before its time. Raises Invalid without a reason, Conflict `not_suspended`."""
    reason = _reason(reason)
    _lift(db, suspension, reason, by=by, now=now)


def appeal(db: Session, suspension: Suspension, text: str, *, now: datetime) -> None:
    """The worker says why they see it otherwise, once. Raises Invalid, Conflict `appealed_already` `not_suspended`."""
    text = text.strip()
    if not text or len(text) > 1000:
        raise _invalid("appeal", "Write 1 to 1000 characters.")
    _ensure_in_force(suspension, now)
    if not _set_once(db, suspension, Suspension.appealed_at, appeal=text, appealed_at=now):
        raise Conflict("appealed_already", "You have appealed already. The owner answers on this page.")


def answer(db: Session, suspension: Suspension, *, upheld: bool, reason: str, by: int, now: datetime) -> None:
    """The owner answers an appeal: the suspension stays, or it is lifted; the worker is told.

    Raises Invalid without a reason, Conflict `no_appeal` `answered_already` `not_suspended`.
    """
    reason = _reason(reason)
    if suspension.appealed_at is None:
        raise Conflict("no_appeal", "The worker has not appealed.")
    if not upheld:
        _lift(db, suspension, reason, by=by, now=now, told=False)
    said = {"upheld": upheld, "answer": reason, "answered_at": now, "answered_by": by}
    if not _set_once(db, suspension, Suspension.answered_at, **said):
        raise Conflict("answered_already", "This appeal was answered already.")
    details: dict[str, object] = {"suspension": suspension.id, "upheld": upheld, "reason": reason}
    audit(db, "appeal_answered", subject_of(suspension.worker_id), details, now=now, by=by)
    news = "Your suspension stays" if upheld else "Your suspension is lifted"
    text = f"{news}: your appeal was answered."
    outbox.tell(db, suspension.worker_id, f"{Kind.SUSPENSION}:{suspension.id}:answer", text, PAGE, now=now)


def _lift(db: Session, suspension: Suspension, reason: str, *, by: int, now: datetime, told: bool = True) -> None:
    _ensure_in_force(suspension, now)
    if not _set_once(db, suspension, Suspension.lifted_at, lifted_at=now, lifted_by=by, lifted_because=reason):
        raise Conflict("not_suspended", "This suspension has ended already.")
    details: dict[str, object] = {"suspension": suspension.id, "reason": reason}
    audit(db, "suspension_lifted", subject_of(suspension.worker_id), details, now=now, by=by)
    if told:
        text = "Your suspension is lifted. You can take new work again."
        outbox.tell(db, suspension.worker_id, f"{Kind.SUSPENSION}:{suspension.id}:lifted", text, PAGE, now=now)


def _set_once(
    db: Session, suspension: Suspension, moment: InstrumentedAttribute[datetime | None], **facts: object
) -> bool:
    """Write down what happens at most once; False when it has happened, be it at this very moment."""
    mine = sa.update(Suspension).where(Suspension.id == suspension.id, moment.is_(None))
    first = db.scalar(mine.values(**facts).returning(Suspension.id)) is not None
    db.refresh(suspension)
    return first


def _ensure_in_force(suspension: Suspension, now: datetime) -> None:
    if not suspension.in_force(now):
        raise Conflict("not_suspended", "This suspension has ended already.")


def _move(
    db: Session, worker: Worker, level: Level, narration: Narration, why: str, *, by: int | None, now: datetime
) -> None:
    before, worker.level, worker.narration = (worker.level, worker.narration), level, narration
    details: dict[str, object] = {
        "before": before[0].value, "after": level.value, "narration_before": before[1].value,
        "narration": narration.value, "why": why,
    }  # fmt: skip
    audit(db, "level_set", subject_of(worker.account_id), details, now=now, by=by)
    what = f"Your level is “{level}” now" if level != before[0] else "What we count of your narration has changed"
    text = f"{what}. Packages shows what is open to you; what you have claimed stays yours."
    outbox.tell(db, worker.account_id, f"{Kind.LEVEL}:{level}:{narration}:{iso(now)}", text, "/packages", now=now)


def _reason(text: str) -> str:
    if not 1 <= len(text.strip()) <= 500:
        raise _invalid("reason", "Say why, in 1 to 500 characters: the worker reads it.")
    return text.strip()


def _invalid(name: str, why: str) -> Invalid:
    return Invalid("invalid_suspension", why, fields={name: [why]})


def _changed_meanwhile() -> Conflict:
    return Conflict("changed_meanwhile", "Somebody else changed the rule. Load the page again and look at it first.")
