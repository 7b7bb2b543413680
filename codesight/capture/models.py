"""Events and uploads as they arrived."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from codesight.db import Base, UtcDateTime, closed_set


class UploadKind(enum.StrEnum):
    """The two files of a recording."""

    SCREEN = "screen"
    MICROPHONE = "microphone"


class UploadState(enum.StrEnum):
    """Whether all parts have arrived."""

    OPEN = "open"
    COMPLETE = "complete"


class Event(Base):
    """One event of a session, masked. The key refuses repeats and serves the timeline."""

    __tablename__ = "event"

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("recording_session.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(sa.String(16))
    t_wall: Mapped[float]
    """Unix milliseconds by the browser's clock."""
    body: Mapped[str] = mapped_column(sa.Text)
    """The whole envelope as JSON."""


class Upload(Base):
    """One file of a recording, on its way in parts or complete."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("recording_session.id"))
    kind: Mapped[UploadKind] = mapped_column(closed_set(UploadKind))
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    """Name of the file in storage, as it was recorded."""
    storage_upload_id: Mapped[str] = mapped_column(sa.String(400))
    content_type: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[UploadState] = mapped_column(closed_set(UploadState), default=UploadState.OPEN)
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sha256: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    """Of the file as it was recorded, once a job has read it."""
    playable_key: Mapped[str | None] = mapped_column(sa.String(200))
    """Name of the remuxed file, which has a duration and can be sought."""
    duration_ms: Mapped[int | None]
    problem_code: Mapped[str | None] = mapped_column(sa.String(40))
    """What is wrong with the file, if anything: `empty_file`, `not_media`, `truncated` …"""
    problem: Mapped[str | None] = mapped_column(sa.String(300))

    __table_args__ = (
        sa.UniqueConstraint("session_id", "kind"),
        sa.CheckConstraint("(state = 'complete') = (completed_at IS NOT NULL)", name="completed"),
        sa.CheckConstraint("(state = 'complete') = (size IS NOT NULL)", name="size"),
    )
