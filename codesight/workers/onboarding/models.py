"""What a worker has said, shown and passed before the first package."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from codesight.db import Base, UtcDateTime, closed_set


class Experience(enum.StrEnum):
    """How well somebody knows online shopping."""

    LITTLE = "little"
    SOME = "some"
    MUCH = "much"


class AgeBand(enum.StrEnum):
    """How old somebody is, no more exactly than the diversity report needs."""

    UNDER_25 = "under_25"
    FROM_25 = "25_to_34"
    FROM_35 = "35_to_44"
    FROM_45 = "45_to_54"
    FROM_55 = "55_to_64"
    FROM_65 = "65_and_over"


class HowOften(enum.StrEnum):
    """How often somebody buys online."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    SELDOM = "seldom"


class ShopsOn(enum.StrEnum):
    """What somebody mostly shops with."""

    PHONE = "phone"
    COMPUTER = "computer"
    BOTH = "both"


class Profile(Base):
    """What a worker says about themselves. What is empty was not said, and nothing but the diversity report asks."""

    __tablename__ = "worker_profile"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), primary_key=True)
    country: Mapped[str] = mapped_column(sa.String(2))
    """ISO 3166-1 alpha-2."""
    languages: Mapped[list[str]] = mapped_column(sa.JSON)
    """ISO 639-1 codes, or `other`."""
    experience: Mapped[Experience] = mapped_column(closed_set(Experience))
    age_band: Mapped[AgeBand | None] = mapped_column(closed_set(AgeBand))
    buys_online: Mapped[HowOften | None] = mapped_column(closed_set(HowOften))
    shops_on: Mapped[ShopsOn | None] = mapped_column(closed_set(ShopsOn))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeviceCheck(Base):
    """One test of a browser, a microphone and a screen; each is kept as it was."""

    __tablename__ = "device_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), index=True)
    browser: Mapped[str] = mapped_column(sa.String(60))
    """Such as `Chrome 142 on Linux`."""
    extension_version: Mapped[str] = mapped_column(sa.String(20))
    """Empty when there was none."""
    passed: Mapped[bool]
    results: Mapped[list[dict[str, object]]] = mapped_column(sa.JSON)
    """Each with `name`, `ok` and `message`."""
    measured: Mapped[dict[str, object]] = mapped_column(sa.JSON)
    """The figures that this was judged by."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrainingPass(Base):
    """That a worker has passed the training task."""

    __tablename__ = "training_pass"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), primary_key=True)
    task: Mapped[str] = mapped_column(sa.String(20))
    """The version of the task."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class QuizAttempt(Base):
    """One try at the quiz, open until it is handed in."""

    __tablename__ = "quiz_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), index=True)
    version: Mapped[str] = mapped_column(sa.String(20))
    seed: Mapped[int]
    """Of the order of questions and options: the same on every load of the page, another one in the next attempt."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answers: Mapped[dict[str, int] | None] = mapped_column(sa.JSON(none_as_null=True))
    """For each question the number of the chosen option, in the order of the file."""
    score: Mapped[int | None]
    """How many answers were right."""
    passed: Mapped[bool | None]

    __table_args__ = (
        sa.CheckConstraint("(handed_in_at IS NULL) = (passed IS NULL)", name="passed"),
        sa.CheckConstraint("(handed_in_at IS NULL) = (score IS NULL)", name="score"),
        sa.CheckConstraint("(handed_in_at IS NULL) = (answers IS NULL)", name="answers"),
        # Two tabs that begin at once share one attempt.
        sa.Index(
            "uq_quiz_attempt_open",
            "account_id",
            "version",
            unique=True,
            sqlite_where=sa.text("handed_in_at IS NULL"),
            postgresql_where=sa.text("handed_in_at IS NULL"),
        ),
    )
