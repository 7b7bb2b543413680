"""The owner's pages about workers: the list, one of them, levels, suspensions, links."""

from flask import Blueprint

bp = Blueprint("workforce", __name__, url_prefix="/owner")

from blueprints.pages.workforce import deciding, levels, people  # noqa: E402, F401  (they add their views to `bp`)
