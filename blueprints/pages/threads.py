"""Writing to each other about a recording: its worker, the owner, and who reviews it."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import HiddenInput

from blueprints.access import needs, public
from blueprints.web import reading, settings, transaction, viewer
from codesight import letters
from codesight.accounts import queries as accounts
from codesight.accounts.models import Account, Role
from codesight.clock import now
from codesight.errors import Invalid, NotFound
from codesight.ids import random_text
from codesight.reviews.messages import actions, queries
from codesight.reviews.messages.rules import LONGEST, called

bp = Blueprint("threads", __name__)


class MessageForm(FlaskForm):
    """One message; `key` keeps a button that is pressed twice from writing it twice."""

    text = TextAreaField("Your message")
    key = StringField("Key", [DataRequired(), Length(max=40)], widget=HiddenInput())


@dataclass(frozen=True)
class Panel:
    """A thread as a page shows it, with the form to write in it."""

    thread: queries.Thread
    form: MessageForm
    reader: Account
    action: str
    """Where the form is sent."""
    longest: int = LONGEST

    def called(self, author: Account) -> str:
        """What the reader knows an author by."""
        return called(author, self.reader)

    @property
    def new(self) -> int:
        """How many messages the reader sees for the first time."""
        return sum(m.id > self.thread.seen and m.author_id != self.reader.id for m in self.thread.messages)


def panel(public_id: str) -> Panel | None:
    """The thread for a page about the recording, read from now on; None for whom it is not for."""
    try:
        return _panel(public_id, viewer(), url_for("threads.write", public_id=public_id))
    except NotFound:
        return None


def _panel(public_id: str, reader: Account, action: str, form: MessageForm | None = None) -> Panel:
    if form is None:
        form = MessageForm(formdata=None)
        form.key.data = random_text(20)
    with reading() as db:
        shown = Panel(queries.thread(db, public_id, reader), form, reader, action)
    if shown.new:
        with transaction() as db:
            actions.look(db, shown.thread.session, by=reader, now=now())
    return shown


@bp.get("/threads/<public_id>")
@needs(Role.WORKER, Role.OWNER, Role.REVIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """The thread on a page of its own, where the notice of a message leads."""
    return _page(_panel(public_id, viewer(), url_for(".write", public_id=public_id)))


@bp.post("/threads/<public_id>")
@needs(Role.WORKER, Role.OWNER, Role.REVIEWER)
def write(public_id: str) -> ResponseReturnValue:
    """Write in the thread."""
    action = url_for(".write", public_id=public_id)
    return _write(public_id, viewer(), action) or redirect(url_for(".show", public_id=public_id, _anchor="last"))


@bp.route("/answer/<token>", methods=["GET", "POST"])
@public
def answer(token: str) -> ResponseReturnValue:
    """The thread for somebody whose account is closed, by the link in their mail; while it is open they sign in."""
    account_id, public_id = letters.answer_of(token, settings())
    with reading() as db:
        reader = accounts.account(db, account_id)
    if reader.active:
        return redirect(url_for(".show", public_id=public_id))
    action = url_for(".answer", token=token)
    form = MessageForm()
    if not form.is_submitted():
        return _page(_panel(public_id, reader, action))
    return _write(public_id, reader, action) or redirect(action)


def _write(public_id: str, by: Account, action: str) -> ResponseReturnValue | None:
    """The page with what is wrong and all that was typed; None when it is written."""
    form = MessageForm()
    if form.validate_on_submit():
        try:
            with transaction() as db:
                session = queries.thread(db, public_id, by).session
                key = form.key.data or ""
                actions.write(db, session, by=by, text=form.text.data or "", key=key, now=now())
            return None
        except Invalid as problem:
            form.text.errors = problem.details["fields"]["text"]
    return _page(_panel(public_id, by, action, form)), 422


def _page(shown: Panel) -> str:
    return render_template("messages/thread.html", thread=shown)
