"""What the owner writes to a group of workers: choosing them, seeing exactly who they are, one confirmation."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import Form, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from blueprints.access import needs, signed_in
from blueprints.forms import no_nul, problems_of
from blueprints.web import Session, reading, settings, transaction, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.db import after_commit
from codesight.errors import Conflict
from codesight.gigs import queries as gigs
from codesight.gigs.models import Level
from codesight.ids import random_text
from codesight.reviews.messages import actions, queries
from codesight.reviews.messages.actions import LONGEST_NEWS
from codesight.reviews.messages.rules import STANDING_WORDS, Group, Standing, fingerprint
from jobs import pipeline

bp = Blueprint("news", __name__)

_ANY = SelectChoice("", "any")


class GroupForm(Form):
    """Which workers; it travels in the address, so that a preview can be gone back to."""

    gig = SelectField("Gig", [Optional()])
    wave = SelectField("Wave", [Optional()])
    level = SelectField("Level", [Optional()], choices=[_ANY, *(SelectChoice(level.value) for level in Level)])
    standing = SelectField("Who", choices=[SelectChoice(s.value, words) for s, words in STANDING_WORDS.items()])
    idle = IntegerField("Idle for at least (days)", [Optional(), NumberRange(1, 3650)])

    @classmethod
    def of(cls, db: Session, values: Any) -> "GroupForm":
        """The form with the gigs and waves that there are."""
        form = cls(values, standing=Standing.ANY.value)
        all_gigs = gigs.all_gigs(db)
        form.gig.choices = [_ANY, *(SelectChoice(str(gig.id), gig.title) for gig in all_gigs)]
        waves = [(gig, wave) for gig in all_gigs for wave in gigs.waves(db, gig.id)]
        form.wave.choices = [_ANY, *(SelectChoice(str(wave.id), f"{gig.title}: {wave.name}") for gig, wave in waves)]
        return form

    def group(self) -> Group:
        """What was chosen, once it is valid."""
        return Group(
            gig_id=int(self.gig.data) if self.gig.data else None,
            wave_id=int(self.wave.data) if self.wave.data else None,
            level=self.level.data or None,
            standing=Standing(self.standing.data or Standing.ANY),
            idle_days=self.idle.data,
        )

    @property
    def query(self) -> dict[str, str]:
        """As the address carries it."""
        return {name: str(field.data) for name, field in self._fields.items() if field.data}


class NewsForm(FlaskForm):
    """What is written, with the preview that it was written for."""

    title = StringField("Title", [DataRequired(), Length(max=120), no_nul])
    text = TextAreaField(
        "Message", [DataRequired(), Length(max=LONGEST_NEWS), no_nul], render_kw={"rows": 7, "maxlength": LONGEST_NEWS}
    )
    seen = StringField("Seen", [DataRequired(), Length(max=64)], widget=HiddenInput())
    key = StringField("Key", [DataRequired(), Length(max=40)], widget=HiddenInput())


@bp.get("/owner/news")
@needs(Role.OWNER)
def index() -> ResponseReturnValue:
    """What was written to groups so far, and choosing another."""
    with reading() as db:
        return render_template("messages/news.html", form=GroupForm.of(db, None), sent=queries.sent_news(db))


@bp.get("/owner/news/new")
@needs(Role.OWNER)
def preview() -> ResponseReturnValue:
    """Exactly who would get it, and writing it."""
    return _preview(NewsForm(formdata=None))


@bp.post("/owner/news/new")
@needs(Role.OWNER)
def send() -> ResponseReturnValue:
    """Send it to those who were shown, or say that they are others now."""
    form = NewsForm()
    if not form.validate_on_submit():
        return _preview(form), 422
    redis_url = settings().redis_url
    try:
        with transaction() as db:
            chosen = GroupForm.of(db, request.args)
            if not chosen.validate():
                raise Conflict("group_changed", "This group cannot be chosen any more. Choose again.")
            said = {name: form[name].data or "" for name in ("key", "seen", "title", "text")}
            news = actions.send_news(db, chosen.group(), by=viewer(), now=now(), **said)
            after_commit(db, lambda: pipeline.news_written(redis_url, news.id))
    except Conflict as problem:
        flash(f"Nothing was sent, and what you wrote is kept. {problem.message}", "error")
        form.seen.data = ""
        return _preview(form), problem.status
    flash("Sent. The list shows how many have it and how many have read it.")
    return redirect(url_for(".index"))


def _preview(form: NewsForm) -> str:
    with reading() as db:
        chosen = GroupForm.of(db, request.args)
        if not chosen.validate():
            flash(problems_of(chosen), "error")
            return render_template("messages/news.html", form=chosen, sent=queries.sent_news(db))
        group = chosen.group()
        people = queries.group(db, group, now=now())
        words = queries.in_words(db, group)
    # What is on the page is what the owner sees: a form that comes back gets the fingerprint of the new list.
    form.seen.data = fingerprint(group, [worker.account_id for worker in people])
    form.key.data = form.key.data or random_text(20)
    return render_template("messages/news_preview.html", form=form, chosen=chosen, people=people, words=words)


@bp.get("/news/<int:news_id>")
@signed_in
def show(news_id: int) -> ResponseReturnValue:
    """The whole of it, for whom it was sent to."""
    with transaction() as db:
        news = queries.news_for(db, news_id, viewer())
        actions.read_news(db, news, by=viewer(), now=now())
    return render_template("messages/news_one.html", news=news)
