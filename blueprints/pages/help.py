"""Help for workers: the first recording, questions and answers."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from blueprints.access import public
from blueprints.web import settings

bp = Blueprint("help", __name__)


@bp.get("/help")
@public
def page() -> ResponseReturnValue:
    """The tutorial for the first recording, and the FAQ."""
    return render_template("help/page.html", settings=settings())
