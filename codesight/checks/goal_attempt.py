"""Was the goal attempted? Compares the goal's words with addresses, searches and what was clicked.

A heuristic and an honest one: it knows words, not meanings. Someone who answers "a gift for my mother" with a
scarf is flagged as not recognised, with the words that were looked for, and a reviewer sees the video.
"""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote_plus, urlsplit

from codesight.checks.base import (
    ACTIONS,
    CheckResult,
    EventFact,
    Finding,
    Json,
    Outcome,
    SubmissionFacts,
    concluded,
)

NAME = "goal_attempt"
TITLE = "The goal was attempted"

RECOGNISED_SHARE = 0.25  # of the goal's words: "jeans" alone counts for "blue jeans from a local store"
FEWEST_ACTIONS = 3  # a search, a product and one more click are the least that can be called shopping
INSIDE_WORD = 4  # letters: "jean" is looked for inside "bluejeans", "tv" is not looked for inside words

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about an and any are as at be best buy by can cheapest compare dollar dollars find for from get
        good i in is it less like local looking low max maximum me min minimum more my need new nice of off
        on online or order our over pickup please price priced product purchase shop shopping site size some
        something store than that the their them this to under up usd us use want website which with within
        would you your between below above around budget delivery ship shipping""",
    )
)
_PRICE = re.compile(
    r"[$€£¥]\s?\d[\d.,]*(?:\s?(?:to|-|\u2013)\s?\d[\d.,]*)?"
    r"|\d[\d.,]*\s?(?:[$€£¥]|dollars?\b|usd\b|eur\b|euros?\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
# Japanese, Chinese, Thai: no blanks between words
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def check(facts: SubmissionFacts) -> CheckResult:
    """Flags a submission in which next to nothing was done, or nothing that has to do with the goal."""
    actions = sum(event.type in ACTIONS for event in facts.events)
    pages = {_page(event.url) for event in facts.events if event.url}
    counts: dict[str, Json] = {"actions": actions, "pages": len(pages)}
    if actions == 0 or (actions < FEWEST_ACTIONS and len(pages) < FEWEST_ACTIONS):
        return concluded(
            [
                Finding(
                    "nothing_done",
                    f"Only {actions} clicks or inputs on {len(pages)} pages were captured. Is the "
                    f"extension switched on and connected? Search for the goal, look at products and "
                    f"compare them.",
                    counts,
                )
            ]
        )
    wanted = goal_words(facts.goal)
    if not wanted:
        return CheckResult(Outcome.UNKNOWN)
    seen = _seen(wanted, facts.events)
    if len(seen) >= max(1.0, RECOGNISED_SHARE * len(wanted)):
        return concluded([])
    missing = [word for word in wanted if word not in seen]
    return concluded(
        [
            Finding(
                "goal_not_recognised",
                "What you searched and opened does not look like the goal: nothing was found of "
                f"{', '.join(missing)}. If you did shop for it, leave it as it is, a reviewer will "
                f"see; otherwise record it again.",
                {**counts, "seen": [*seen], "missing": [*missing]},
            )
        ]
    )


def goal_words(goal: str) -> list[str]:
    """What a goal asks for: its words without filler and prices, as written, each once. Numbers such as
    sizes stay."""
    words = (word for word in _words(_PRICE.sub(" ", goal)) if word not in _STOP_WORDS)
    return list(dict.fromkeys(word for word in words if len(word) > 1 or not word.isascii()))


def _seen(wanted: Iterable[str], events: Iterable[EventFact]) -> list[str]:
    texts = {text for event in events for text in (_readable(event.url), event.target_text, event.value_text)}
    words = {word for text in texts for word in _words(text)}
    stems = {_stem(word) for word in words}
    joined = " ".join(words)
    return [
        word
        for word in wanted
        if _stem(word) in stems
        or (len(_stem(word)) >= INSIDE_WORD and not word.isdigit() and _stem(word) in joined)
        or (_UNSPACED.search(word) and any(word[at : at + 2] in joined for at in range(len(word) - 1)))
    ]


def _words(text: str) -> list[str]:
    """Lower-case words without accents, so that "Jewellery" and "JEWELLERY", "Café" and "cafe" are the
    same."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(sign for sign in apart if not unicodedata.combining(sign)))


def _stem(word: str) -> str:
    """Enough English to take "dresses" for "dress" and "running" for "run"."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + instead
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            bare = word[: -len(ending)]
            return bare[:-1] if bare[-1] == bare[-2] and bare[-1] not in "lse" else bare
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _readable(url: str) -> str:
    """Path, query and fragment of an address as text. The host is left out: "shoes.example" sells shoes to
    all."""
    address = _split(url)
    return unquote_plus(f"{address[1]} {address[2]} {address[3]}")


def _page(url: str) -> str:
    host, path, query, _ = _split(url)
    return f"{host}{path}?{query}"


def _split(url: str) -> tuple[str, str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url, "", ""  # a broken address is text like any other
    return parts.netloc, parts.path, parts.query, parts.fragment
