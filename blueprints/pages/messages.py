"""All that one was told, read and unread."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import signed_in
from blueprints.forms import ensure_pressed
from blueprints.web import LARGEST_ID, reading, transaction, viewer
from codesight import outbox
from codesight.clock import now

bp = Blueprint("messages", __name__, url_prefix="/messages")

PAGE = 30
"""Messages on one page."""


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Everything one was told, the newest first."""
    before = request.args.get("before", type=int)
    if before is not None:
        before = min(max(before, 0), LARGEST_ID)
    with reading() as db:
        found = outbox.notices(db, viewer().id, before=before, limit=PAGE + 1)
    return render_template("messages/index.html", notices=found[:PAGE], more=len(found) > PAGE, first=before is None)


@bp.get("/<int:notice_id>")
@signed_in
def show(notice_id: int) -> ResponseReturnValue:
    """To the page that a message is about; it is read then."""
    with transaction() as db:
        notice = outbox.notice(db, viewer().id, notice_id)
        outbox.put_away(db, viewer().id, only=notice_id, now=now())
    return redirect(notice.path)


@bp.post("/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Put all of them away."""
    ensure_pressed()
    with transaction() as db:
        outbox.put_away(db, viewer().id, now=now())
    return redirect(url_for("account.home") if request.form.get("back") == "home" else url_for(".index"))
