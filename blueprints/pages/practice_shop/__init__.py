"""The practice shop: an invented shop where workers practise, journeys run and replays are proved."""

from flask import Blueprint

bp = Blueprint(
    "practice_shop",
    __name__,
    url_prefix="/practice-shop",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

from . import browse, buy, service  # noqa: E402, F401  (their routes need the blueprint above)
