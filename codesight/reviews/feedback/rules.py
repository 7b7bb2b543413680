"""What is kept of a free text, and what counts as feedback."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from codesight.capture.masking import mask_text
from codesight.errors import Invalid

LONGEST_TEXT = 2000
LONGEST_ANSWER = 2000
EASE: Mapping[int, str] = {1: "very hard", 2: "hard", 3: "all right", 4: "easy", 5: "very easy"}
YES_PARTLY_NO: Mapping[int, str] = {2: "yes", 1: "partly", 0: "no"}

# In running text nothing tells a password from a word, but people write what it is: "my password: …".
_NAMED = (
    r"\b(?:password|passwort|passcode|passphrase|pass ?word|pwd|pin(?: code)?|cvc|cvv|security code|one-time code)\b"
)
_SECRET = re.compile(
    rf"(?P<named>{_NAMED}['\"”]?\s{{0,3}}(?:(?:is|was)\s{{0,3}}:?|[:=])\s{{0,3}})(?P<secret>\S{{1,200}})", re.IGNORECASE
)
# "The password is wrong" tells nothing: behind "is", only what no plain word looks like is taken for a secret.
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?[.,;:!?…)\"”]*")


@dataclass(frozen=True)
class Answers:
    """What was ticked about one recording; None where nothing was."""

    ease: int | None = None
    goal_clear: int | None = None
    pay_fair: int | None = None

    @property
    def empty(self) -> bool:
        return self.ease is None and self.goal_clear is None and self.pay_fair is None


def cleaned(text: str) -> str:
    """The text as it is kept: without cards, bank accounts, addresses, numbers, and what is called a password."""
    return mask_text(_SECRET.sub(_without_secret, text.replace("\r\n", "\n").strip())).text


def _without_secret(found: re.Match[str]) -> str:
    said_as_sentence = re.search(r"\b(?:is|was)\s*$", found["named"], re.IGNORECASE) is not None
    if said_as_sentence and _PLAIN_WORD.fullmatch(found["secret"]):
        return found[0]
    return f"{found['named']}[password]"


def ensure_said(text: str, answers: Answers | None) -> None:
    """Raises Invalid `nothing_said` or `text_too_long`. Without `answers` the text has to say it all."""
    if not text and (answers is None or answers.empty):
        why = "Answer a question or write something first."
        raise Invalid("nothing_said", why, fields={"text": [why]})
    if len(text) > LONGEST_TEXT:
        why = f"At most {LONGEST_TEXT:,} characters."
        raise Invalid("text_too_long", why, fields={"text": [why]})


def ensure_answer(text: str) -> None:
    """Raises Invalid `no_answer` or `text_too_long`."""
    if not 0 < len(text) <= LONGEST_ANSWER:
        why = f"At most {LONGEST_ANSWER:,} characters." if text else "Write an answer first."
        raise Invalid("text_too_long" if text else "no_answer", why, fields={"answer": [why]})


def week_of(moment: datetime) -> date:
    """The Monday of the moment's week."""
    day = moment.date()
    return day - timedelta(days=day.weekday())
