"""Help: the first recording, installing the extension, questions and answers, and where to talk to people."""

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue

from blueprints.access import public
from blueprints.pages.help import content
from blueprints.web import settings

bp = Blueprint("help", __name__)


def register(app: Flask) -> None:
    """Make the links to people known to every page, and the way help is marked up to the templates."""
    chats = app.extensions["codesight"].settings.help_chats
    app.context_processor(lambda: {"help_chats": chats})
    app.jinja_env.filters["marked"] = content.marked


@bp.get("/help")
@public
def page() -> ResponseReturnValue:
    """Where to find what."""
    return render_template("help/page.html", topics=content.TOPICS)


@bp.get("/help/first-recording")
@public
def tutorial() -> ResponseReturnValue:
    """The first recording, step by step, with pictures and a film."""
    return render_template("help/tutorial.html", steps=content.tutorial(settings()), spoken=content.CAPTIONS)


@bp.get("/help/extension")
@public
def extension() -> ResponseReturnValue:
    """How to install the extension in Chrome and Edge."""
    return render_template("help/extension.html", browsers=content.BROWSERS)


@bp.get("/help/questions")
@public
def questions() -> ResponseReturnValue:
    """Questions and answers: all of them, or those in which every word of `q` stands."""
    sought = request.args.get("q", "").strip()[:100]
    found = content.search(content.questions(settings()), sought)
    return render_template("help/questions.html", found=found, sought=sought, topics=content.TOPICS)
