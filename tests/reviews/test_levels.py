"""Levels follow from accepted work, by a rule that people can read and change."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts.models import AuditEntry
from codesight.assignments.models import Assignment
from codesight.checks import actions as checks
from codesight.checks.base import SPEECH, VOICED_RATIO, CheckResult, Outcome
from codesight.errors import Problem
from codesight.gigs.models import Level, Narration
from codesight.outbox import Notice
from codesight.reviews import levels
from codesight.workers.models import Worker
from codesight.workers.standing import actions as standing
from codesight.workers.standing import queries
from codesight.workers.standing.models import WorkerNumbers
from codesight.workers.standing.rules import Bar, Numbers, Rule, level_of, measures, narration_of, sentences
from tests.assignments.conftest import House
from tests.assignments.conftest import house as house  # a gig with its people
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, claim, submit_for_review

RULE = Rule(window=3, experienced=Bar(2, 400, 50, Narration.THOUGHTS), expert=Bar(4, 450, 90, Narration.DETAILED))
GOOD = Numbers(accepted=25, decided=20, stars=480, first_pass=95, narration=40)


# By sentence of the rule: accepted, stars, first tries, speaking.
@pytest.mark.parametrize(
    ("numbers", "level"),
    [
        (Numbers(), Level.ENTRY),
        (GOOD, Level.EXPERT),
        (Numbers(5, 5, 380, 70, 15), Level.EXPERIENCED),
        (Numbers(4, 5, 380, 70, 15), Level.ENTRY),
        (Numbers(5, 5, 379, 70, 15), Level.ENTRY),
        (Numbers(5, 5, 380, 69, 15), Level.ENTRY),
        (Numbers(5, 5, 380, 70, 14), Level.ENTRY),
        (Numbers(25, 20, 480, 95, 29), Level.EXPERIENCED),
        (Numbers(25, 20, 480, 95, None), Level.ENTRY),
    ],
)
def test_a_level_asks_for_every_one_of_its_numbers(numbers: Numbers, level: Level) -> None:
    assert level_of(Rule(), numbers) == level


def test_speaking_is_measured_in_percent_of_the_time() -> None:
    spoken = [narration_of(Rule(), Numbers(narration=percent)) for percent in (None, 14, 15, 29, 30)]
    some, thoughts, detailed = Narration
    assert spoken == [some, some, thoughts, thoughts, detailed]


def test_the_rule_reads_as_sentences_and_says_what_is_missing() -> None:
    said = " ".join(sentences(Rule()))
    assert "Experienced is who has 5 accepted recordings, 3.8 stars on average, 70 % accepted at the first try" in said
    missing = [one.name for one in measures(Rule(), Level.EXPERIENCED, Numbers(9, 9, 310, 90, 20)) if not one.met]
    assert missing == ["Stars on average"]


def spoke(db: Session, submission_id: int, share: float | None) -> None:
    figures = {} if share is None else {VOICED_RATIO: share}
    checks.save(db, submission_id, {SPEECH: CheckResult(Outcome.PASS, (), figures)}, now=NOW)


def rated(house: House, assignment: Assignment, stars: int, share: float | None = 0.4) -> None:
    submission = submit_for_review(house.db, assignment)
    spoke(house.db, submission.id, share)
    rate_and_post(house.db, submission, stars, house.reviewer)


@pytest.fixture
def begun(house: House) -> list[Assignment]:
    """What an entry-level worker has claimed; the rule is a small one."""
    house.worker.level, house.worker.narration = Level.ENTRY, Narration.SOME
    standing.set_rule(house.db, RULE, replaces=0, by=house.owner.id, now=NOW)
    return claim(house.db, house.worker).assignments


def test_who_reaches_a_level_gets_it_with_the_verdict_and_is_told(house: House, begun: list[Assignment]) -> None:
    rated(house, begun[0], 4)
    assert (house.worker.level, house.worker.narration) == (Level.ENTRY, Narration.DETAILED)
    rated(house, begun[1], 4)
    assert house.worker.level == Level.EXPERIENCED
    told = house.db.scalars(sa.select(Notice.text).where(Notice.key.like("level:%")).order_by(Notice.id)).all()
    assert told[-1].startswith("Your level is “experienced” now.")
    last = house.db.scalars(sa.select(AuditEntry).where(AuditEntry.action == "level_set")).all()[-1]
    assert (last.by, last.details["why"]) == (None, "by the rule")


def test_only_the_last_recordings_count_and_a_revision_is_no_first_try(house: House, begun: list[Assignment]) -> None:
    rated(house, begun[0], 1)
    rated(house, begun[1], 2)
    rated(house, begun[1], 4, 0.2)
    assert queries.numbers(house.db, house.worker.account_id) == Numbers(1, 2, 250, 0, 20)
    rated(house, begun[2], 5, 0.4)
    rated(house, begun[3], 5, None)  # the check could not measure it
    assert queries.numbers(house.db, house.worker.account_id) == Numbers(3, 3, 467, 67, 30)
    house.db.flush()
    row = house.db.get_one(WorkerNumbers, house.worker.account_id)
    assert (row.accepted, row.decided) == (3, 3)


def test_nobody_moves_down_but_by_the_owners_decision(house: House, begun: list[Assignment]) -> None:
    rated(house, begun[0], 4)
    rated(house, begun[1], 4)
    for assignment in begun[2:5]:
        rated(house, assignment, 1)
    assert house.worker.level == Level.EXPERIENCED
    run = levels.dry_run(house.db, RULE)
    mover = next(one for one in run.down if one.worker_id == house.worker.account_id)
    assert mover.level == (Level.EXPERIENCED, Level.ENTRY)
    assert next((one.name, one.has, one.wants) for one in mover.why if not one.met) == ("Stars on average", "1", "4")
    assert levels.apply(house.db, by=house.owner.id, now=NOW, also_down=False) == 0
    levels.apply(house.db, by=house.owner.id, now=NOW, also_down=True)
    assert house.worker.level == Level.ENTRY


def test_what_the_owner_set_stays_until_they_release_it(house: House, begun: list[Assignment]) -> None:
    by = house.owner.id
    standing.set_level(house.db, house.worker, Level.ENTRY, Narration.SOME, by=by, now=NOW)
    rated(house, begun[0], 5)
    rated(house, begun[1], 5)
    assert house.worker.level == Level.ENTRY
    assert levels.dry_run(house.db, RULE).by_hand == 1
    assert standing.release(house.db, house.worker, by=by, now=NOW)
    rated(house, begun[2], 5)
    assert house.worker.level == Level.EXPERIENCED


def test_a_dry_run_changes_nothing(house: House, begun: list[Assignment]) -> None:
    rated(house, begun[0], 5)
    easy = Rule(window=3, experienced=Bar(1, 100, 0, Narration.SOME), expert=Bar(1, 100, 0, Narration.SOME))
    run = levels.dry_run(house.db, easy)
    assert house.worker.account_id in [one.worker_id for one in run.up]
    assert house.worker.level == Level.ENTRY
    assert queries.rule(house.db) == (1, RULE)


def test_a_rule_has_versions_and_two_owners_do_not_overwrite_each_other(house: House) -> None:
    by = house.owner.id
    assert standing.set_rule(house.db, RULE, replaces=0, by=by, now=NOW) == 1
    with pytest.raises(Problem) as late:
        standing.set_rule(house.db, Rule(window=5), replaces=0, by=by, now=NOW)
    assert late.value.code == "changed_meanwhile"
    assert standing.set_rule(house.db, Rule(window=5), replaces=1, by=by, now=NOW) == 2
    lines = house.db.scalars(sa.select(AuditEntry).where(AuditEntry.action == "level_rule_set")).all()
    assert lines[-1].details["after"]["window"] == 5
    assert [version.version for version in queries.rules(house.db)] == [2, 1]


def test_a_rule_that_makes_no_sense_is_refused(house: House) -> None:
    upside_down = Rule(experienced=Bar(9, 450, 90, Narration.DETAILED), expert=Bar(5, 400, 80, Narration.SOME))
    with pytest.raises(Problem) as refused:
        standing.set_rule(house.db, upside_down, replaces=0, by=house.owner.id, now=NOW)
    assert set(refused.value.details["fields"]) == {
        "expert_accepted", "expert_stars", "expert_first_pass", "expert_narration",
    }  # fmt: skip


def test_packages_ask_for_a_level_and_for_narration(house: House) -> None:
    house.worker.narration = Narration.THOUGHTS
    with pytest.raises(Problem) as refused:
        claim(house.db, house.worker, "premium")
    assert refused.value.code == "narration_too_low"
    assert claim(house.db, house.worker, "standard").id


def test_a_new_worker_may_take_what_asks_for_no_more_than_basic_narration(house: House) -> None:
    new = house.db.get_one(Worker, house.worker.account_id)
    new.level, new.narration = Level.EXPERT, Narration.SOME
    with pytest.raises(Problem) as refused:
        claim(house.db, new, "standard")
    assert refused.value.code == "narration_too_low"
    assert claim(house.db, new, "basic").id
