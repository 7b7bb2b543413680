"""What the recorder page needs beside itself: the extension to install, and giving a scenario back."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs, public
from blueprints.extension_package import for_workers
from blueprints.forms import ensure_pressed, show_refusal
from blueprints.web import settings, transaction, viewer
from codesight.accounts.models import Role
from codesight.assignments import actions as assignments
from codesight.assignments.queries import assignment_of
from codesight.clock import now
from codesight.errors import Problem

bp = Blueprint("recorder", __name__)


@bp.get("/extension.zip")
@public
def extension() -> ResponseReturnValue:
    """The browser extension as a folder to unpack and load."""
    headers = {"Content-Disposition": "attachment; filename=codesight-extension.zip"}
    return Response(for_workers(settings().public_url), mimetype="application/zip", headers=headers)


@bp.post("/scenarios/<int:assignment_id>/return")
@needs(Role.WORKER)
def give_back(assignment_id: int) -> ResponseReturnValue:
    """Return a scenario, so that somebody else can record it."""
    ensure_pressed()
    try:
        with transaction() as db:
            assignments.give_back(db, assignment_of(db, viewer().id, assignment_id), now=now())
    except Problem as problem:
        show_refusal(problem)
        return redirect(url_for("worker.scenario", assignment_id=assignment_id))
    flash("The scenario is returned. It no longer counts for your package’s pay.")
    return redirect(url_for("worker.home"))
