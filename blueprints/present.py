"""How things look from outside: as JSON, and as words, money and times on pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from codesight import money
from codesight.capture.rules import Event, EventType, Masked, Scroll, text_of
from codesight.clock import iso
from codesight.gigs.models import Package
from codesight.lifecycle import words
from codesight.payouts.models import Payout
from codesight.recordings.models import Recording, RecordingSession
from codesight.recordings.rules import VideoClock
from codesight.reviews.models import Review

COLOURS = {
    "reserved": "secondary", "active": "primary", "recording": "danger", "ready": "secondary", "stopped": "secondary",
    "submitted": "info", "late": "info", "overflow": "warning", "checking": "info", "in_review": "info",
    "revision_requested": "warning", "accepted": "success", "rejected": "danger", "returned": "secondary",
    "expired": "secondary", "cancelled": "secondary", "abandoned": "secondary", "due": "warning", "approved": "info",
    "sending": "info", "paid": "success", "failed": "danger", "unknown": "danger", "draft": "secondary",
    "open": "success", "closed": "secondary", "pass": "success", "flag": "warning", "done": "success",
    "not_configured": "secondary",
}  # fmt: skip
"""One colour for each state, by Bootstrap's names."""

LABELS = {
    "reserved": "reserved for you",
    "active": "begun",
    "submitted": "handed in",
    "checking": "being checked",
    "in_review": "waits for review",
    "revision_requested": "please revise",
}
"""States that a person understands better in other words than their own."""


def register(app: Flask) -> None:
    """Make these known to the templates."""
    app.jinja_env.filters.update(money=money.text, when=when, state=state, duration=duration, blocks=blocks, age=age)
    app.jinja_env.globals["csrf_token"] = generate_csrf


def when(moment: datetime | None) -> Markup:
    """A time that the page's script turns into the viewer's zone; the exact time on hover."""
    if moment is None:
        return Markup("–")
    exact = iso(moment)
    shown = moment.strftime("%d %b %Y, %H:%M UTC")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(exact, exact, shown)


def state(value: str, to_worker: bool = True) -> Markup:
    """A state in words, with its colour; the people who run things see its own words."""
    colour, own = COLOURS.get(value, "secondary"), words(value)
    shown = LABELS.get(value, own) if to_worker else own
    return Markup('<span class="badge state state-{}">{}</span>').format(colour, escape(shown))


def age(span: timedelta) -> str:
    """How long something waits: `12 min`, `5 h`, `3 days`."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def duration(milliseconds: float | None) -> str:
    """`12:05`, or `1:02:05` from an hour on."""
    if milliseconds is None:
        return "–"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """A plain text's blocks as (`heading` | `list` | `paragraph`, lines), for templates to escape and set.

    A block in `**…**` is a heading, one whose lines begin with `- ` a list.
    """
    found: list[tuple[str, list[str]]] = []
    for block in text.strip().split("\n\n"):
        lines = block.strip().splitlines()
        if block.startswith("**") and block.endswith("**"):
            found.append(("heading", [block.strip("*")]))
        elif all(line.startswith("- ") for line in lines):
            found.append(("list", [line.removeprefix("- ") for line in lines]))
        else:
            found.append(("paragraph", lines))
    return found


@dataclass(frozen=True)
class Moment:
    """One event on the video's timeline."""

    seq: int
    t: float
    """Seconds from the video's first frame; 0 for what happened before it."""
    type: str
    verb: str
    what: str
    """What it was done to, or where it led."""
    value: str
    """What was typed, chosen or pressed; a placeholder where it was private."""
    masked: bool


def timeline(row: RecordingSession, events: Sequence[Event]) -> list[Moment]:
    """The events in the video's time and order; without a video the first one is second zero."""
    ordered = sorted(events, key=lambda event: (event.t_wall, event.seq))
    clock = row.video_clock or VideoClock(ordered[0].t_wall if ordered else 0.0)
    return [_moment(event, clock) for event in ordered]


def _moment(event: Event, clock: VideoClock) -> Moment:
    value = f"{event.value.dy:+g} px" if isinstance(event.value, Scroll) else text_of(event)
    return Moment(
        seq=event.seq,
        t=round(max(0.0, clock.place(event.t_wall)) / 1000, 2),
        type=event.type.value,
        verb=_verb(event.type),
        what=_what(event),
        value=value,
        masked=isinstance(event.value, Masked),
    )


def _what(event: Event) -> str:
    target = event.target
    if target is not None:
        return target.name or target.text or target.tag
    parts = urlsplit(event.url)
    return event.title or f"{parts.netloc}{parts.path}"


_VERBS = {
    EventType.INPUT: "Type", EventType.SELECT: "Choose", EventType.CHECK: "Tick", EventType.KEY: "Press",
    EventType.SUBMIT: "Send", EventType.NAVIGATION: "Page", EventType.FILE: "Choose file",
}  # fmt: skip
"""What some events are called beside the video; the others are called as they are."""


def _verb(kind: EventType) -> str:
    return _VERBS.get(kind) or words(kind).capitalize()


def session(row: Recording) -> dict[str, Any]:
    """A recording session as the API tells it; one of the training task belongs to no scenario."""
    return {
        "id": row.public_id,
        "kind": row.kind.value,
        "state": row.state.value,
        **(_scenario(row) if isinstance(row, RecordingSession) else {}),
        "worker_id": row.worker_id,
        "created_at": iso(row.created_at),
        "started_at": _iso(row.started_at),
        "ended_at": _iso(row.ended_at),
        "events": row.event_count,
    }


def _scenario(row: RecordingSession) -> dict[str, Any]:
    return {
        "assignment_id": row.assignment_id,
        "assignment_state": row.assignment.state.value,
        "scenario": row.assignment.scenario.goal,
        "tier": row.assignment.claim.package.tier.value,
    }


def package(row: Package, currency: str) -> dict[str, Any]:
    """A package as the API tells it."""
    return {
        "tier": row.tier.value,
        "price_cents": row.price_cents,
        "bonus_cents": row.bonus_cents,
        "currency": currency,
        "scenarios": row.scenario_count,
        "minutes": row.minutes,
        "level": row.level.value,
        "narration": row.narration.value,
    }


def review(row: Review) -> dict[str, Any]:
    """A verdict as the API tells it."""
    return {
        "id": row.id,
        "version": row.version,
        "rating": row.rating,
        "usable": row.usable,
        "reason_code": row.reason_code.value if row.reason_code else None,
        "note": row.note,
        "created_at": iso(row.created_at),
    }


def payout(row: Payout) -> dict[str, Any]:
    """A payout as the API tells it."""
    return {
        "id": row.id,
        "worker_id": row.worker_id,
        "channel": row.channel.value,
        "cents": row.cents,
        "currency": row.currency,
        "state": row.state.value,
        "transfer_id": row.transfer_id,
    }


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
