"""What the recorder page needs beside itself: the extension to install, and giving a scenario back."""

from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs, public
from blueprints.forms import ensure_pressed, show_refusal
from blueprints.web import transaction, viewer
from codesight.accounts.models import Role
from codesight.assignments import actions as assignments
from codesight.assignments.queries import assignment_of
from codesight.clock import now
from codesight.errors import Problem

bp = Blueprint("recorder", __name__)

EXTENSION = Path(__file__).parents[2] / "extension"


@bp.get("/extension.zip")
@public
def extension() -> ResponseReturnValue:
    """The browser extension as a folder to unpack and load."""
    headers = {"Content-Disposition": "attachment; filename=codesight-extension.zip"}
    return Response(zipped(EXTENSION), mimetype="application/zip", headers=headers)


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


@cache
def zipped(folder: Path) -> bytes:
    """The folder as a ZIP archive, the same bytes for the same content."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = f"codesight-extension/{path.relative_to(folder)}"
                archive.writestr(ZipInfo(name), path.read_bytes(), ZIP_DEFLATED)
    return out.getvalue()
