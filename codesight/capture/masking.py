"""The second line of masking: what must not be stored is removed here, whatever the browser let through.

The first line is the extension's; both keep the same rules and are held to the same cases. Placeholders have
a fixed text for each kind, so that neither length nor letters of what stood there survive. What is masked is
counted by kind; what it was is nowhere. Masking what is masked changes nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from stdnum import iban, numdb

from codesight.capture.private_kinds import KINDS, kind_of_field, last_group_of_card
from codesight.capture.private_urls import clean_url

_L = r"[^\W\d_]"  # a letter of any script
_A = r"[^\W_]"  # a letter or digit of any script

# Bounded everywhere: a page can send a text on which an open-ended pattern would take minutes.
_AT = r"(?:@|＠|%40|%2540|&#64;|&#x40;|\s?[(\[{]\s?at\s?[)\]}]\s?)"
_DOT = r"(?:\.|%2E|\s?[(\[{]\s?dot\s?[)\]}]\s?)"
_LOCAL = r"(?:\"[^\"\n]{1,64}\"|(?:[\w\u0300-\u036f.+'’~-]|%2[BDE7]|%5F|%[89A-F][0-9A-F]){1,64})"
_LABEL = rf"{_A}(?:[\w\u0300-\u036f-]{{0,61}}{_A})?"
_NO_PICTURE = r"(?!\dx\.(?:png|jpe?g|gif|webp|svg|avif))"  # icon@2x.png is a picture for sharp displays
_HOST = rf"(?:(?:{_LABEL}{_DOT}){{1,8}}(?:xn--[a-z0-9-]{{1,59}}|{_L}{{2,63}})|\[\d{{1,3}}(?:\.\d{{1,3}}){{3}}\])"
_EMAIL = re.compile(_LOCAL + _AT + _NO_PICTURE + _HOST, re.IGNORECASE)

_ENCODED = r"%20|%2D|%C2%A0"
_GAP = rf"(?:[\s\u2000-\u200b\u2060\ufeff\u2010-\u2015\u2212.·_/-]|{_ENCODED})"
_DIGIT_RUN = re.compile(rf"\d(?:{_GAP}{{0,3}}\d){{12,}}", re.IGNORECASE)
_DIGIT_GROUP = re.compile(rf"{_ENCODED}|(?P<digits>\d+)", re.IGNORECASE)

_PHONE_GAP = r"(?:[ \t\u00a0\u2009\u202f().\-\u2010-\u2013/]|%20|%2D|%28|%29)"
_INTERNATIONAL = rf"(?<!{_A})(?:\+|＋|%2B){_PHONE_GAP}{{0,2}}[1-9](?:{_PHONE_GAP}{{0,3}}\d){{7,14}}(?!\d)"
_US = (
    rf"(?<!{_A})(?<!\d[-.])(?:1[-. \u00a0])?"
    r"(?:\([2-9]\d{2}\)[ \u00a0\u2011-]?[2-9]\d{2}[-. \u00a0\u2011]|[2-9]\d{2}[-.\u2011][2-9]\d{2}[-.\u2011])"
    rf"\d{{4}}(?!{_A})(?![-.]\d)"
)
_PHONE = re.compile(f"{_INTERNATIONAL}|{_US}", re.IGNORECASE)

_IBAN_START = re.compile(rf"(?<!{_A})[A-Z]{{2}}\d\d", re.IGNORECASE)
_IBAN_REST = re.compile(r"(?:(?:[ \t\u00a0\u2009\u202f.\u2010-\u2015+-]|%20|%2D)?[A-Z0-9]){11,30}", re.IGNORECASE)

_COUNTRIES = numdb.get("iban")
_BETWEEN = re.compile(r"%20|%2D|[\W_]", re.IGNORECASE)

# Without some form of @ and without seven digits close together there is nothing to find: most texts end
# here.
_SUSPECT_MAIL = re.compile(r"[@＠]|%40|%2540|&#(?:64|x40);|[(\[{]\s?at\s?[)\]}]", re.IGNORECASE)
_SUSPECT_NUMBER = re.compile(r"\d(?:\D{0,4}\d){6}")

_LOOKS_LIKE_URL = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:\S|/\S|\?\S+=)", re.IGNORECASE)

_ESCAPED = re.compile(r"\\+x([\da-f]{2})|\\+([\da-f]{1,6}) ", re.IGNORECASE)
_ESCAPED_SPACE = re.compile(r"\\+s\+")

UNTOUCHED = frozenset({"type", "kind", "reason", "strategy", "cause"})
"""Names of fields whose words are ours, checked elsewhere."""
PLACEHOLDERS = frozenset(f"[{kind}]" for kind in KINDS)
_COMMAND = re.compile(
    r"(?:(?:Control|Alt|Shift|Meta)\+){0,4}(?:Enter|Escape|Tab|Arrow(?:Up|Down|Left|Right))"
    r"|(?:Shift\+)?(?:Control|Meta)\+(?:(?:Shift|Meta)\+){0,2}[a-z0-9]"
)
"""The keys that the extension names; everything else could be something that was typed."""
_SHORTEST_ECHO = 3  # letters: shorter values stand in every second text by chance


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its private parts, and how many of each kind were taken out."""

    text: str
    kinds: Counter[str] = field(default_factory=Counter)


def mask_text(text: str) -> Masked:
    """Put a placeholder for every e-mail address, card, bank account and phone number in running text."""
    kinds: Counter[str] = Counter()
    return Masked(_clean(text, kinds), kinds)


def mask_url(url: str) -> Masked:
    """As `mask_text`, part by part: percent-encoding is seen through (twice), log-in data before the host and
    parameters whose name says that they are private are replaced. Parts without findings stay byte for
    byte."""
    kinds: Counter[str] = Counter()
    return Masked(clean_url(url, kinds, _clean), kinds)


def mask_event(event: Mapping[str, Any]) -> tuple[dict[str, Any], Counter[str]]:
    """A copy of an event (the protocol's envelope, as plain dicts) with every text masked, and the counts.

    What was typed into a field that is private by its type, autocomplete, name, id or label is replaced
    whatever it looks like, also where it is echoed elsewhere in the event. The event itself is not changed.
    """
    kinds: Counter[str] = Counter()
    secret = ""
    masked = dict(event)
    value, private = event.get("value"), _private_kind(event.get("target"))
    if isinstance(value, Mapping):
        masked["value"], secret = _masked_value(value, private, kinds)
    if private and isinstance(event.get("target"), Mapping):
        masked["target"] = _without_content(event["target"], private, kinds)
    if isinstance(value, Mapping) and (onto_kind := _private_kind(value.get("onto"))):
        masked["value"] = {**value, "onto": _without_content(value["onto"], onto_kind, kinds)}

    def clean(text: str) -> str:
        if len(secret) >= _SHORTEST_ECHO and secret in text:
            text = text.replace(secret, f"[{private}]")
        return mask_words(text, kinds)

    cleaned = {key: item if key in UNTOUCHED else _walk(item, clean) for key, item in masked.items()}
    if cleaned.get("client_event_id") != event.get("client_event_id"):
        # It must stay an id, and the same one when the event is sent again.
        cleaned["client_event_id"] = f"masked-{event.get('seq')}"
    return cleaned, kinds


def mask_words(text: str, kinds: Counter[str]) -> str:
    """A text of an event without what is private in it, be it an address, a selector with escapes or just words;
    `kinds` counts what was taken out."""
    masked = clean_url(text, kinds, _clean) if _LOOKS_LIKE_URL.match(text) else _clean(text, kinds)
    plain = _spelled_out(masked) if "\\" in masked else masked
    again = _clean(plain, kinds) if plain != masked else plain
    return masked if again == plain else again


def _spelled_out(selector: str) -> str:
    """A selector with its escapes resolved: no rule would know an address spelled `mia\\@mail\\.example`."""
    resolved = _ESCAPED.sub(lambda found: chr(min(int(found[1] or found[2], 16), 0x10FFFF)), selector)
    return _ESCAPED_SPACE.sub(" ", resolved).replace("\\", "")


def _walk(item: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(item, str):
        return clean(item)
    if isinstance(item, Mapping):
        return {key: part if key in UNTOUCHED else _walk(part, clean) for key, part in item.items()}
    if isinstance(item, list | tuple):
        return [_walk(part, clean) for part in item]
    return item


def _private_kind(target: Any) -> str | None:
    if not isinstance(target, Mapping):
        return None
    attributes = target.get("attributes")
    known = attributes if isinstance(attributes, Mapping) else {}
    return kind_of_field(known, name=_text(target.get("name")), role=_text(target.get("role")))


def _text(item: Any) -> str:
    return item if isinstance(item, str) else ""


def _masked_value(value: Mapping[str, Any], private: str | None, kinds: Counter[str]) -> tuple[dict[str, Any], str]:
    """The value to store, and what was typed if it has to be looked for in the rest of the event."""
    text = str(value.get("text") or "")
    match value.get("kind"):
        case "masked" if text not in PLACEHOLDERS or value.get("reason") not in KINDS:
            # What stands where only a kind may stand is as likely to be the secret itself.
            reason = value.get("reason")
            kind = reason if isinstance(reason, str) and reason in KINDS else "private"
        # A key log spells a password, and what calls itself a key can be all of it; Enter and Tab are commands.
        case "text" | "key" if private and text and (value["kind"] == "text" or not _COMMAND.fullmatch(text)):
            kind = private
        case _:
            return dict(value), ""
    kinds[kind] += text != f"[{kind}]"
    return {"kind": "masked", "text": f"[{kind}]", "reason": kind}, text if private else ""


def _without_content(target: Mapping[str, Any], private: str, kinds: Counter[str]) -> dict[str, Any]:
    """A private field's own content can stand in its `value` attribute."""
    attributes = target.get("attributes")
    if not isinstance(attributes, Mapping) or not attributes.get("value"):
        return dict(target)
    kinds[private] += attributes["value"] != f"[{private}]"
    return {**target, "attributes": {**attributes, "value": f"[{private}]"}}


def _clean(text: str, kinds: Counter[str]) -> str:
    def instead(kind: str) -> str:
        kinds[kind] += 1
        return f"[{kind}]"

    if _SUSPECT_MAIL.search(text):
        text = _EMAIL.sub(lambda _: instead("email"), text)
    if _SUSPECT_NUMBER.search(text):
        text = without_ibans(text, instead)
        text = _DIGIT_RUN.sub(lambda found: _without_cards(found[0], instead), text)
        text = _PHONE.sub(lambda _: instead("phone"), text)
    return text


def without_ibans(text: str, instead: Callable[[str], str]) -> str:
    """The text with `instead("iban")` in place of each bank account."""
    out, done = "", 0
    for start in _IBAN_START.finditer(text):
        is_possible = start.start() >= done and _has_ibans(start[0][:2].upper())
        rest = _IBAN_REST.match(text, start.end()) if is_possible else None
        if rest and (end := _iban_end(text, start.start(), rest.end())):
            out += text[done : start.start()] + instead("iban")
            done = end
    return out + text[done:]


@lru_cache(maxsize=2048)
def _has_ibans(country: str) -> bool:
    """Half of what looks like the beginning of one, in ids above all, names no country."""
    return bool(_COUNTRIES.info(country)[0][1])


def _iban_end(text: str, begin: int, farthest: int) -> int | None:
    """Where the number ends: the pattern may have run on into the words behind it."""
    for end in range(farthest, begin + 14, -1):
        if text[end : end + 1].isalnum():
            continue
        number = _BETWEEN.sub("", text[begin:end])
        if _checks(number) and iban.is_valid(number, check_country=False):
            return end
    return None


def _checks(number: str) -> bool:
    """Whether the check digits of an IBAN are right (ISO 7064, mod 97): most of what merely looks like one ends here,
    such as half of all UUIDs."""
    number = number.upper()
    try:
        return int("".join([str(int(sign, 36)) for sign in number[4:] + number[:4]])) % 97 == 1
    except ValueError:
        return True  # a letter of its own kind: let who knows more decide


def _without_cards(run: str, instead: Callable[[str], str]) -> str:
    """Replace what is a card number from the beginning of one group of digits to the end of another."""
    groups = [group for group in _DIGIT_GROUP.finditer(run) if group["digits"]]
    digits = ["".join(str(int(sign)) for sign in group["digits"]) for group in groups]
    out, done, first = "", 0, 0
    while first < len(groups):
        last = last_group_of_card(digits, first)
        if last is not None:
            out += run[done : groups[first].start()] + instead("card")
            done, first = groups[last].end(), last
        first += 1
    return out + run[done:]
