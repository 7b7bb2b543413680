"""Private things in addresses: percent-encoded, in addresses inside addresses, under names that say so."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias
from urllib.parse import quote, unquote, unquote_plus

from codesight.capture.private_kinds import KINDS, field_kind

Clean: TypeAlias = Callable[[str, Counter[str]], str]

_OPAQUE_URL = re.compile(r"\s*(data:[\w/+.-]*|javascript:)", re.IGNORECASE)
_ORIGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*:)(?P<slashes>//)?(?P<host>(?(slashes)[^/]*))", re.IGNORECASE)
_ADDRESS_INSIDE = re.compile(r"(?:[a-z][a-z0-9+.-]*://|/|\?|[^\s?]*\?)\S*=", re.IGNORECASE)
# "+1+415+555+0132": the first sign is the number's own, the others are spaces.
_SPACED_PHONE = re.compile(r"^\+[1-9]\d{0,2}(?:\+\d{1,4}){2,6}$|(?<!\d)\+1\+[2-9]\d{2}\+[2-9]\d{2}\+\d{4}(?!\d)")
_FEWEST_DIGITS = 10
_ENCODED_PLACEHOLDER = re.compile(rf"%5B({'|'.join(sorted(KINDS))})%5D")
_DEEPEST_INSIDE = 2  # without an end, a short address could take seconds
_DEEPEST_ENCODING = 3  # addresses inside addresses (?next=…) are encoded twice


def clean_url(url: str, kinds: Counter[str], clean: Clean, level: int = 0) -> str:
    """The address without what is private in it; `clean` masks running text. Both count in `kinds`."""
    if opaque := _OPAQUE_URL.match(url):
        return opaque[1]
    rest, mark, fragment = url.partition("#")
    head, question, query = rest.partition("?")
    found = _ORIGIN.match(head)
    origin, path = "", head
    if found:
        login, _, server = found["host"].rpartition("@")
        kinds["private"] += bool(login)
        origin, path = found["scheme"] + (found["slashes"] or "") + server, head[found.end() :]
    return (
        origin
        + "/".join(_clean_part(part, kinds, clean, level) for part in path.split("/"))
        + question
        + _clean_parameters(query, kinds, clean, level)
        + mark
        + "/".join(_clean_parameters(part, kinds, clean, level) for part in fragment.split("/"))
    )


def _clean_parameters(query: str, kinds: Counter[str], clean: Clean, level: int) -> str:
    return "".join(_clean_parameter(piece, kinds, clean, level) for piece in re.split(r"([&;])", query))


def _clean_parameter(pair: str, kinds: Counter[str], clean: Clean, level: int) -> str:
    name, equals, value = pair.partition("=")
    private = field_kind(name=unquote_plus(name)) if value else None
    if private:
        kinds[private] += value != f"[{private}]"
        return f"{name}=[{private}]"
    return (
        _clean_part(name, kinds, clean, level, plus=True) + equals + _clean_part(value, kinds, clean, level, plus=True)
    )


def _clean_part(part: str, kinds: Counter[str], clean: Clean, level: int, *, plus: bool = False) -> str:
    if plus and "+" in part:
        spaced = _SPACED_PHONE.sub(lambda found: _spaced_phone(found[0], kinds), part)
        if spaced != part:
            return spaced
    plain = part.replace("+", " ") if plus else part
    for _ in range(_DEEPEST_ENCODING):
        decoded = unquote(plain)
        # An address in a parameter (?next=…) has parameters of its own, whose names may say that they are private.
        is_inner = level < _DEEPEST_INSIDE and _ADDRESS_INSIDE.match(decoded)
        inside = clean_url(decoded, kinds, clean, level + 1) if is_inner else decoded
        masked = clean(inside, kinds)
        if masked != decoded:
            return _ENCODED_PLACEHOLDER.sub(r"[\1]", quote(masked, safe="!'()*"))
        if decoded == plain:
            break
        plain = decoded
    return part


def _spaced_phone(found: str, kinds: Counter[str]) -> str:
    groups = found[1:].split("+")
    rises = all(int(a) < int(b) for a, b in pairwise(groups))  # a list of sizes: 30 31 32 33 34
    if rises or len("".join(groups)) < _FEWEST_DIGITS:
        return found
    kinds["phone"] += 1
    return "[phone]"
