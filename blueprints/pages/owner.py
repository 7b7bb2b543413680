"""The owner's pages: figures, every recording, the dataset."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs, scoped
from blueprints.forms import ensure_pressed
from blueprints.pages import threads
from blueprints.pages.review import address, evidence
from blueprints.web import reading, settings, storage, transaction, viewer
from codesight.accounts.models import Role, Scope
from codesight.checks.linking import queries as links
from codesight.clock import now
from codesight.db import after_commit
from codesight.errors import NotFound
from codesight.exports import actions as exports
from codesight.exports import queries as datasets
from codesight.lifecycle import AssignmentState, SessionState
from codesight.payouts import rules as payout_rules
from codesight.recordings import queries as recordings
from codesight.reports import queries as reports
from codesight.workers import queries as worker_queries
from codesight.workers.standing import queries as standing
from jobs import pipeline

bp = Blueprint("owner", __name__, url_prefix="/owner")

PAGE = 50
"""Rows of a table on one page."""


@bp.get("")
@needs(Role.OWNER)
def overview() -> ResponseReturnValue:
    """The first month's targets against now, money, and what needs somebody."""
    with reading() as db:
        return render_template(
            "owner/overview.html",
            report=reports.overview(db, now=now()),
            now=now(),
            channels=payout_rules.CHANNEL_NAMES,
            appeals=standing.unanswered(db),
            links=links.undismissed(db),
        )


@bp.get("/work")
@needs(Role.OWNER)
def work() -> ResponseReturnValue:
    """Every recording by state; those that are being made come first."""
    state, before = request.args.get("state", ""), request.args.get("before", type=int)
    before = min(max(before, 0), 2**31 - 1) if before is not None else None
    if state and state not in {*SessionState, *AssignmentState}:
        raise NotFound("unknown_state", "There is no such state.")
    with reading() as db:
        live = recordings.in_states(db, recordings.LIVE) if not state and before is None else []
        rows = recordings.in_states(db, (state,) if state else None, before, limit=PAGE + 1)
        return render_template(
            "owner/work.html",
            live=live,
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            counts=recordings.state_counts(db),
            state=state,
        )


@bp.get("/work/<public_id>")
@needs(Role.OWNER)
def session(public_id: str) -> ResponseReturnValue:
    """One recording with its evidence, documents and files."""
    with reading() as db:
        found = evidence(db, public_id)
        recorded_by = worker_queries.worker(db, found.session.worker_id)
    uploads = [upload for upload in (found.screen, found.microphone) if upload and upload.completed_at]
    return render_template(
        "owner/session.html",
        evidence=found,
        worker=recorded_by,
        thread=threads.panel(public_id),
        video=address(found.screen),
        narration=address(found.microphone),
        files=[
            (f"{upload.kind}{suffix}.webm", storage().get_url(key, filename=f"{public_id}-{upload.kind}{suffix}.webm"))
            for upload in uploads
            for key, suffix in ((upload.playable_key, ""), (upload.key, "-as-recorded"))
            if key
        ],
    )


@bp.get("/dataset")
@needs(Role.OWNER)
def dataset() -> ResponseReturnValue:
    """The versions of the dataset, and a button for a new one."""
    with reading() as db:
        ready = len(datasets.exportable(db))
        return render_template("owner/dataset.html", versions=datasets.datasets(db), ready=ready)


@bp.post("/dataset")
@needs(Role.OWNER)
def build() -> ResponseReturnValue:
    """Ask for a new version."""
    ensure_pressed()
    redis_url = settings().redis_url
    with transaction() as db:
        wanted = exports.request_dataset(db, by=viewer().id, now=now())
        after_commit(db, lambda: pipeline.dataset_wanted(redis_url, wanted.id))
    flash(f"Version {wanted.id} is being built. This page shows when it is ready.")
    return redirect(url_for(".dataset"))


@bp.get("/dataset/<int:version>/download")
@needs(Role.OWNER)
@scoped(Scope.EXPORT)
def download(version: int) -> ResponseReturnValue:
    """The ZIP of a version."""
    with reading() as db:
        key = datasets.dataset(db, version).key
    if key is None:
        raise NotFound("not_built", "This version is not built, so there is nothing to download yet.")
    return redirect(storage().get_url(key, filename=f"codesight-dataset-v{version}.zip"))
