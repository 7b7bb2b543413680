"""Names of things that leave the house."""

import re
import secrets
import time

from codesight.errors import Malformed

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_SESSION_ID = re.compile(r"[A-Za-z0-9_]{1,64}")


def new_session_id() -> str:
    """A public id such as `cs_md0ap0gn_thwyx2k9qe`: the time, so that it sorts, and ten random characters."""
    return f"cs_{_base36(time.time_ns() // 1_000_000)}_{random_text(10)}"


def checked_session_id(text: str) -> str:
    """The id itself, if it has nothing but letters, digits and `_`. Raises Malformed otherwise."""
    if not _SESSION_ID.fullmatch(text):
        raise Malformed(
            "invalid_session_id",
            "A session id has only letters, digits and _. Copy it from the recording page.",
        )
    return text


def random_text(length: int) -> str:
    """Random letters and digits from the system's source of randomness."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _ALPHABET[rest] + digits
    return digits or "0"
