"""Passwords."""

import secrets

from argon2 import PasswordHasher

_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """An Argon2id hash, in the form that Flask-Security verifies."""
    return _HASHER.hash(password)


def new_password() -> str:
    """A random password of 20 characters that can be typed."""
    return "-".join(secrets.token_hex(2) + secrets.choice("ghjkmnpqrstvwxyz") for _ in range(4))[:23]
