"""Recording sessions and submissions."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.assignments.models import Assignment
from codesight.db import Base, UtcDateTime, closed_set
from codesight.lifecycle import SessionState
from codesight.recordings.rules import VideoClock


class RecordingKind(enum.StrEnum):
    """What a recording is made for."""

    SCENARIO = "scenario"
    TRAINING = "training"


class Recording(Base):
    """One recording in one browser, whatever for: what a browser may send files and events to.

    Only what takes in files and events speaks of it. All else asks for `RecordingSession`, and so never meets a
    training recording: SQLAlchemy adds the kind to every such statement.
    """

    __tablename__ = "recording_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """Such as `cs_md0ap0gn_thwyx2k9qe`."""
    kind: Mapped[RecordingKind] = mapped_column(closed_set(RecordingKind))
    worker_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), index=True)
    state: Mapped[SessionState] = mapped_column(closed_set(SessionState))
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    video_started_ms: Mapped[float | None]
    """Unix milliseconds, by the browser's clock, of the video's first frame: second zero of every event's place."""
    pauses: Mapped[list[list[float]]] = mapped_column(sa.JSON, default=list)
    """Begin and end of each, by the browser's clock: the video leaves them out."""
    clock_offset_ms: Mapped[float] = mapped_column(default=0.0)
    """The server's clock minus the browser's, from the ping with the smallest round trip."""
    clock_rtt_ms: Mapped[float | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    event_count: Mapped[int] = mapped_column(default=0)
    masked_count: Mapped[int] = mapped_column(default=0)
    """How many texts the server had to mask although the browser should have."""
    client: Mapped[str] = mapped_column(sa.String(120), default="")
    """Name and version of what sent the events."""

    @property
    def video_clock(self) -> VideoClock | None:
        """None as long as there is no video."""
        if self.video_started_ms is None:
            return None
        return VideoClock(self.video_started_ms, tuple((begin, end) for begin, end in self.pauses))

    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012  (SQLAlchemy's own way of saying it)
    __table_args__ = (
        sa.CheckConstraint("(kind = 'scenario') = (assignment_id IS NOT NULL)", name="kind"),
        sa.CheckConstraint("state IN ('ready', 'abandoned') OR started_at IS NOT NULL", name="started"),
        sa.CheckConstraint("state NOT IN ('stopped', 'submitted') OR ended_at IS NOT NULL", name="ended"),
    )


class RecordingSession(Recording):
    """One attempt at a scenario."""

    __mapper_args__ = {"polymorphic_identity": RecordingKind.SCENARIO}  # noqa: RUF012

    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignment.id"), index=True, nullable=True)
    """Never empty here; the column is, for training recordings."""

    assignment: Mapped[Assignment] = relationship()


class TrainingSession(Recording):
    """One attempt at the training task. It has no assignment, so no money, no quota and no reviewer."""

    __mapper_args__ = {"polymorphic_identity": RecordingKind.TRAINING}  # noqa: RUF012


class SessionDevice(Base):
    """The random number by which a browser, or the extension in it, is known again; hashed."""

    __tablename__ = "session_device"

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("recording_session.id"), primary_key=True)
    device_key: Mapped[str] = mapped_column(sa.String(64), primary_key=True, index=True)


class Submission(Base):
    """A finished recording that was handed in; never changed afterwards."""

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("recording_session.id"), unique=True)
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignment.id"))
    revision_no: Mapped[int]
    """1 for the first, one more after each revision request."""
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    """What the worker wants the reviewer to know."""
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    session: Mapped[RecordingSession] = relationship()
    assignment: Mapped[Assignment] = relationship()

    __table_args__ = (sa.UniqueConstraint("assignment_id", "revision_no"),)
