"""Is the installation well?"""

import sqlalchemy as sa
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from blueprints.access import public
from blueprints.web import reading

bp = Blueprint("health", __name__)


@bp.get("/health")
@bp.get("/api/health")
@public
def health() -> ResponseReturnValue:
    """200 when the database answers, 503 otherwise."""
    try:
        with reading() as db:
            db.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        return jsonify(status="down", database="unreachable"), 503
    return jsonify(status="ok", database="ok")
