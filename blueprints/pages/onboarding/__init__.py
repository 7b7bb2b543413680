"""The steps before the first package: what they are, why each is asked, and a page for each."""

from flask import Blueprint

bp = Blueprint("onboarding", __name__, url_prefix="/onboarding")

from . import profile, quiz, steps  # noqa: E402, F401  (their routes need the blueprint above)
