"""What a worker says about themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH

from sqlalchemy.orm import Session

from codesight.errors import Invalid
from codesight.workers.onboarding.models import AgeBand, Experience, HowOften, Profile, ShopsOn

LANGUAGES = {
    "en": "English", "ar": "Arabic", "bn": "Bengali", "zh": "Chinese", "cs": "Czech", "nl": "Dutch", "tl": "Filipino",
    "fr": "French", "de": "German", "el": "Greek", "ha": "Hausa", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "ig": "Igbo", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "ms": "Malay",
    "fa": "Persian", "pl": "Polish", "pt": "Portuguese", "pa": "Punjabi", "ro": "Romanian", "ru": "Russian",
    "sr": "Serbian", "es": "Spanish", "sw": "Swahili", "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "yo": "Yoruba", "other": "Another language",
}  # fmt: skip
"""By ISO 639-1."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was entered. The last three may be left open."""

    country: str
    languages: Sequence[str]
    experience: Experience
    age_band: AgeBand | None = None
    buys_online: HowOften | None = None
    shops_on: ShopsOn | None = None


@cache
def countries() -> dict[str, str]:
    """Names by ISO 3166-1 alpha-2 code, in the order of the names: the list of the tz database that Python reads too.

    Raises FileNotFoundError where there is neither the system's tz database nor the package `tzdata`.
    """
    rows = (line.split("\t") for line in _tz_countries().splitlines() if line and not line.startswith("#"))
    return dict(sorted(((code, name) for code, name in rows), key=lambda row: row[1]))


def save(db: Session, account_id: int, answers: Answers, *, now: datetime) -> Profile:
    """Keep what was said, in place of what was said before. Raises Invalid `invalid_profile`."""
    wrong: dict[str, list[str]] = {}
    if answers.country not in countries():
        wrong["country"] = ["Choose a country of the list."]
    if not answers.languages or not set(answers.languages) <= set(LANGUAGES):
        wrong["languages"] = ["Choose at least one language of the list."]
    if wrong:
        raise Invalid("invalid_profile", "Some answers are missing: " + ", ".join(wrong) + ".", fields=wrong)
    return db.merge(
        Profile(
            account_id=account_id,
            country=answers.country,
            languages=sorted(set(answers.languages)),
            experience=answers.experience,
            age_band=answers.age_band,
            buys_online=answers.buys_online,
            shops_on=answers.shops_on,
            updated_at=now,
        )
    )


def profile(db: Session, account_id: int) -> Profile | None:
    """What the worker has said, if anything."""
    return db.get(Profile, account_id)


def _tz_countries() -> str:
    for folder in TZPATH:
        if (path := Path(folder) / "iso3166.tab").exists():
            return path.read_text(encoding="utf-8")
    return (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
