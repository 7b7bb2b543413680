"""For the owner's own tools."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from blueprints.access import needs, scoped
from blueprints.web import reading
from codesight.accounts.models import Role, Scope
from codesight.reports import queries as reports

bp = Blueprint("api_admin", __name__, url_prefix="/api")


@bp.get("/admin/recent")
@needs(Role.OWNER)
@scoped(Scope.ADMIN)
def recent() -> ResponseReturnValue:
    """What happened last; `limit` at most 200."""
    limit = min(max(request.args.get("limit", 50, int), 1), 200)
    with reading() as db:
        return jsonify(reports.recent(db, limit))


@bp.get("/debug/counts")
@needs(Role.OWNER)
@scoped(Scope.ADMIN)
def counts() -> ResponseReturnValue:
    """How many rows each table has."""
    with reading() as db:
        return jsonify(counts=reports.counts(db))
