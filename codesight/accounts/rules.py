"""Passwords, secrets, and how a browser is called."""

import hashlib
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import assert_never

from argon2 import PasswordHasher

from codesight.accounts.models import Role, Scope
from codesight.ids import random_text

_HASHER = PasswordHasher()

SIGNED_IN_FOR = timedelta(days=30)
"""A browser that was not used for so long has to sign in again."""
RECOVERY_CODES = 10
TOKEN_DAYS = (30, 90, 365)
"""How long an API token can be made to last."""
_TOKEN = "cst_"
# Without those that look alike.
_READABLE = "23456789abcdefghjkmnpqrstuvwxyz"

# Hangul fillers and the empty Braille pattern.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")

_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS|Chromium", "Chrome"), ("Safari", "Safari"), ("curl|python|okhttp|Go-http", "a program"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("iPhone|iPad|iOS", "iOS"), ("Android", "Android"), ("CrOS", "ChromeOS"),
    ("Mac OS|Macintosh", "macOS"), ("Linux|X11", "Linux"),
)  # fmt: skip


def can_be_read(name: str) -> bool:
    """Whether there is anything to see in a name.

    Unicode (UAX #44) has letters, digits and signs in the categories L, N, P and S; spaces, controls, joiners and marks
    that hang on a letter are in others. A few letters and one sign are blank all the same.
    """
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _BLANK for sign in name)


def hash_password(password: str) -> str:
    """An Argon2id hash, in the form that Flask-Security verifies."""
    return _HASHER.hash(password)


def new_password() -> str:
    """A random password of 20 characters that can be typed."""
    return "-".join(secrets.token_hex(2) + secrets.choice("ghjkmnpqrstvwxyz") for _ in range(4))[:23]


def secret_hash(secret: str) -> str:
    """What is kept of a token or code of ours. They are long and random, so a quick hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token() -> str:
    """A secret API token; its beginning tells people and scanners what it is."""
    return _TOKEN + random_text(40)


def new_recovery_code() -> str:
    """Four groups of four letters and digits (79 bits)."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def recovery_code_hash(typed: str) -> str:
    """What is kept of a recovery code, however it was typed."""
    return secret_hash(re.sub(r"[\s-]", "", typed).lower())


def browser_in_words(user_agent: str) -> str:
    """`Chrome on Windows`, from what the browser calls itself."""
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, user_agent)), "another browser")
    system = next((f" on {name}" for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    return browser + system


def scopes_for(role: Role) -> tuple[Scope, ...]:
    """The scopes that open anything to somebody of the role."""
    match role:
        case Role.OWNER:
            return tuple(Scope)
        case Role.REVIEWER:
            return (Scope.READ, Scope.WRITE, Scope.EXPORT)
        case Role.PAYER:
            return (Scope.READ, Scope.EXPORT)
        case Role.WORKER:
            return (Scope.READ, Scope.WRITE, Scope.EXPORT)
        case _:
            assert_never(role)


def alive_since(now: datetime) -> datetime:
    """A sign-in that was seen last before this moment is over."""
    return now - SIGNED_IN_FOR
