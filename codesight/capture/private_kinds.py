"""What is private by its name or its number: form fields, URL parameters, payment cards."""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

from stdnum import ean, luhn

KINDS = frozenset({"password", "email", "card", "cvc", "phone", "iban", "name", "address", "private"})

_BY_TYPE = {"password": "password", "email": "email", "tel": "phone", "file": "private"}

# HTML's autofill tokens (https://html.spec.whatwg.org/#autofill) that name something private.
_BY_AUTOCOMPLETE = (
    (re.compile(r"(?:current|new)-password$"), "password"),
    (re.compile(r"email$"), "email"),
    (re.compile(r"tel(?:-|$)"), "phone"),
    (re.compile(r"cc-csc$"), "cvc"),
    (re.compile(r"cc-(?:name|given-name|additional-name|family-name)$"), "name"),
    (re.compile(r"cc-"), "card"),
    (re.compile(r"(?:name|(?:given|additional|family)-name|honorific-(?:prefix|suffix)|nickname)$"), "name"),
    (re.compile(r"(?:street-address|address-line[123]|address-level[1234]|postal-code)$"), "address"),
    (re.compile(r"(?:one-time-code|username|bday|bday-(?:day|month|year)|sex|impp)$"), "private"),
)

_NOT_A_DEVICE = r"(?! (?:model|case|brand|type|colou?r|size|cover|make|storage|plan))"

# Looked for in names, ids, labels and placeholders; the first line that fits any of them decides.
_BY_WORDS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"pass ?word|passwort|kennwort|passphrase|\b(?:passwd|pwd|pw)\b|^(?:user |login )?pass$", "password"),
        (r"\b(?:contraseña|mot de passe)\b", "password"),
        (r"\b(?:otp|2fa|mfa|pin|ssn|tin|dob)\b|one time (?:code|pass)|verification code|passcode", "private"),
        (
            r"(?:sms|auth\w*) code|social security|tax(?:payer)? id|passport|national id|driver'?s? licen",
            "private",
        ),
        (r"date of birth|birth ?(?:day|date)|geburt", "private"),
        (r"\b(?:cvc|cvv|csc|cvc2|cvv2)\b|(?:security|verification) (?:code|number|value)", "cvc"),
        (r"card verification|prüfziffer", "cvc"),
        (r"name on (?:the |your )?card|card ?holder|holder name|karteninhaber", "name"),
        (r"card ?(?:number|num|no|nr)\b|\b(?:cc|pan) ?(?:number|num|no)\b|\bcc ?num", "card"),
        (r"(?:credit|debit) ?card|kartennummer|tarjeta", "card"),
        (r"\bexpir(?:y|ation|es)\b|\bexp (?:date|month|year|mm|yy)\b|valid (?:thru|until)", "card"),
        (r"\bmm ?/ ?yy|ablaufdatum", "card"),
        (r"\biban\b|(?:bank )?account (?:number|no)\b|routing number|sort code|kontonummer", "iban"),
        (r"\be ?mail|\bmail(?: address)?\b|correo", "email"),
        (rf"\b(?:tele)?phone{_NOT_A_DEVICE}\b|\bmobile(?: (?:number|no))?$", "phone"),
        (r"\b(?:tel|telefon|telefono|téléphone|cell|handynummer|whatsapp|fax)\b", "phone"),
        (
            r"\b(?:street|addr|address ?\d?|address ?line ?\d?|apt|apartment|suite|house (?:number|no))\b",
            "address",
        ),
        (r"\b(?:zip|zip ?code|post ?code|postal|postal code|city|town|plz)\b", "address"),
        (r"\b(?:straße|strasse|hausnummer|adresse|dirección)\b", "address"),
        (r"\b(?:first|last|full|given|family|middle|sur|fore|maiden|your|contact|legal) ?name\b", "name"),
        (r"\b(?:recipient|receiver|billing|shipping|customer) name\b|^name$", "name"),
        (r"\b(?:vor|nach)name\b|\b(?:prénom|nombre|apellidos?)\b", "name"),
    )
)
_FIRST_DIGITS = frozenset("234568")  # of card numbers; airlines' and the unused ones left out
_SEARCH = re.compile(r"(?:q|query|s|search|keywords?|search (?:term|query|box|input|field))$")
_CAMEL = re.compile(r"(?<=[a-zß-öø-ÿ\d])(?=[A-ZÀ-ÖØ-Þ])")
_JOINTS = re.compile(r"[-_.\[\]:*#]+|\((?:optional|required)\)|\s+")


@lru_cache(maxsize=4096)
def field_kind(
    *,
    type: str = "",
    autocomplete: str = "",
    name: str = "",
    id: str = "",
    label: str = "",
    placeholder: str = "",
    role: str = "",
) -> str | None:
    """The kind of private data a form field (or, by `name` alone, a URL parameter) holds, or None.

    Arguments are the element's attributes; `label` is its accessible name. What the page declares (type,
    autocomplete) counts before what it calls things.
    """
    declared = type.strip().lower()
    if declared in _BY_TYPE:
        return _BY_TYPE[declared]
    for token in autocomplete.lower().split():
        for pattern, kind in _BY_AUTOCOMPLETE:
            if pattern.match(token):
                return kind
    hints = [_words(hint) for hint in (name, id, label, placeholder) if hint]
    if declared == "search" or role == "searchbox" or any(_SEARCH.match(hint) for hint in hints):
        return None  # a box that says "Search by name or city" does not ask who the person is
    return next((kind for pattern, kind in _BY_WORDS if any(pattern.search(hint) for hint in hints)), None)


def kind_of_field(attributes: Mapping[str, Any], *, name: str, role: str) -> str | None:
    """As `field_kind`, of an element with these attributes, accessible name and role."""

    def known(attribute: str) -> str:
        text = attributes.get(attribute)
        return text if isinstance(text, str) else ""

    return field_kind(
        type=known("type"),
        autocomplete=known("autocomplete"),
        name=known("name"),
        id=known("id"),
        label=name or known("aria-label"),
        placeholder=known("placeholder"),
        role=role or known("role"),
    )


def _words(hint: str) -> str:
    """ "billing[firstName]*" becomes "billing first name"."""
    return " ".join(_JOINTS.sub(" ", _CAMEL.sub(" ", hint).lower()).split())


def last_group_of_card(groups: list[str], first: int) -> int | None:
    """Whether a card number begins with digit group `first`: the index of its last group (the longest such
    number wins), or None. Groups are ASCII digits as they were written apart."""
    digits, best = "", None
    if groups[first][0] not in _FIRST_DIGITS:
        return None
    for last in range(first, len(groups)):
        digits += groups[last]
        if len(digits) > 19:
            break
        written = groups[first : last + 1]
        if len(digits) >= 13 and _issued(digits) and luhn.is_valid(digits) and _grouped(written):
            best = last
    return best


def _issued(digits: str) -> bool:
    """Whether a card scheme issues numbers that begin like this and are as long (ISO/IEC 7812 prefixes)."""
    length, four = len(digits), int(digits[:4])
    if 4000 <= four <= 4999:
        # German goods' EAN-13 begin with 4 as well and would else look like old Visa numbers.
        return length in {16, 19} or (length == 13 and not ean.is_valid(digits))
    if 5100 <= four <= 5599 or 2221 <= four <= 2720:
        return length == 16
    if 3400 <= four <= 3499 or 3700 <= four <= 3799:
        return length == 15
    if 3600 <= four <= 3699 or 3000 <= four <= 3059 or 3800 <= four <= 3999 or four == 3095:
        return length in {14, 16, 19}
    if four in {5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763}:
        return True
    long_prefixes = ((3528, 3589), (2200, 2204), (6000, 6099), (6200, 6299), (6440, 6599), (8100, 8299))
    return length >= 16 and any(low <= four <= high for low, high in long_prefixes)


def _grouped(groups: list[str]) -> bool:
    """Cards are written in blocks of three and more, in single digits or in pairs; sizes (36 37 38) rise."""
    sizes = {len(group) for group in groups}
    if min((len(group) for group in groups[:-1]), default=3) >= 3 or sizes == {1}:
        return True
    rising = all(int(a) < int(b) for a, b in pairwise(groups))
    return sizes == {2} and not rising
