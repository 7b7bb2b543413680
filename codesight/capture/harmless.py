"""Which events hold nothing to mask: most of them, and to see that is ten times cheaper than to mask them."""

import re
from collections import Counter

from codesight.capture.masking import PLACEHOLDERS, UNTOUCHED, mask_words, without_ibans
from codesight.capture.private_kinds import KINDS, kind_of_field
from codesight.capture.rules import Dialog, Drag, Event, Key, Masked, Target, Text

# What has none of these signs (a bracket only where "(at)" could follow) and at most six digits is no address, and none
# of masking's rules finds anything in it.
_WORDS = r"(?:[^@＠%&\\:/?\d(\[{]++|[(\[{](?!\s?[aA]))*+"
_PLAIN = re.compile(rf"(?:{_WORDS}\d){{0,6}}{_WORDS}")

# Of letters, digits, - and _ an id consists. Nearly every UUID has the seven digits close together that make a text
# suspicious elsewhere; these are what a card, a phone number and a bank account need to be spelled in an id.
_LONG_NUMBER = re.compile(r"\d(?:[-_]{0,3}\d){12}|[2-9]\d\d-[2-9]\d\d-\d{4}")
_IBAN_START = re.compile(r"(?:^|[-_])[A-Za-z]{2}\d\d(?:-?[A-Za-z0-9]){11}")

_MOST_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 500  # characters
_remembered: set[str] = set()
"""Texts that were looked at and need no mask, as they come again with the next event of the same page. What needs
one is never in here."""


def is_harmless(event: Event) -> bool:
    """Whether `mask_event` would leave the event as it is and count nothing."""
    target, value = event.target, event.value
    if target is not None and _holds_content(target):
        return False
    match value:
        case Text(text) | Key(text) if text and target is not None and _kind(target):
            return False
        case Masked(text, reason) if text not in PLACEHOLDERS or reason not in KINDS:
            return False
        case Drag(onto=Target() as onto) if _holds_content(onto):
            return False
    kinds: Counter[str] = Counter()
    return _is_kept_id(event.client_event_id) and all(
        _is_kept(text, kinds) for text in _texts(event).difference(_remembered)
    )


def _texts(event: Event) -> set[str]:
    texts = {event.url, event.title, *event.frame_path, *event.shadow_path}
    if event.target is not None:
        _add_texts(event.target, texts)
    match event.value:
        case Text(text) | Key(text) | Masked(text) | Dialog(text=text):
            texts.add(text)
        case Drag(onto=Target() as onto):
            _add_texts(onto, texts)
    return texts


def _add_texts(target: Target, texts: set[str]) -> None:
    texts.update((target.tag, target.role or "", target.name, target.text))
    texts.update([text for name, text in target.attributes.items() if name not in UNTOUCHED])
    texts.update([candidate.value for candidate in target.candidates])


def _is_kept_id(name: str) -> bool:
    """As `_is_kept`, but not remembered: an id never comes again, and would only push others out of memory."""
    if _LONG_NUMBER.search(name):
        return mask_words(name, Counter()) == name
    return not _IBAN_START.search(name) or without_ibans(name, str) == name


def _is_kept(text: str, kinds: Counter[str]) -> bool:
    if _PLAIN.fullmatch(text):
        return True
    if mask_words(text, kinds) != text or any(kinds.values()):
        return False
    if len(text) <= _LONGEST_REMEMBERED:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered.add(text)
    return True


def _holds_content(target: Target) -> bool:
    """A private field's own content can stand in its `value` attribute."""
    return bool(target.attributes.get("value")) and _kind(target) is not None


def _kind(target: Target) -> str | None:
    return kind_of_field(target.attributes, name=target.name, role=target.role or "")
