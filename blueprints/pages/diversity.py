"""Who takes part, for the owner, in sums only."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.web import reading
from codesight.accounts.models import Role
from codesight.reports import diversity

bp = Blueprint("diversity", __name__, url_prefix="/owner")


@bp.get("/workers/diversity")
@needs(Role.OWNER)
def page() -> ResponseReturnValue:
    """The optional answers of all profiles; small groups without their size."""
    with reading() as db:
        return render_template("owner/diversity.html", answers=diversity.answers(db), fewest=diversity.FEWEST)
