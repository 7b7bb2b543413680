"""The owner's gigs: their packages, scenarios, waves and links, and the texts for the marketplaces."""

from flask import Blueprint

bp = Blueprint("gigs", __name__, url_prefix="/owner")

# Their routes need the blueprint above.
from . import first_steps, inviting, plan, posting, scenarios, waves  # noqa: E402, F401
