"""Time. Verbs are handed `now`; only the edges ask the clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and a `Z`, as the documents of the mission carry it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_ms(milliseconds: float) -> datetime:
    """A moment from Unix milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def to_ms(moment: datetime) -> float:
    """Unix milliseconds of a moment."""
    return moment.timestamp() * 1000
