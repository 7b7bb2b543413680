"""What can go wrong, as types. Each names what, why and what to do; the web turns the kind into a status."""

from typing import Any


class Problem(Exception):
    """A refusal that is told to whoever asked: a machine-readable code and a sentence for people."""

    status = 400

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class Malformed(Problem):
    """The request cannot be understood at all."""


class NotSignedIn(Problem):
    status = 401


class NotAllowed(Problem):
    status = 403


class NotFound(Problem):
    """There is no such thing, or it is somebody else's: the answer is the same."""

    status = 404


class Conflict(Problem):
    """Right in itself, but not in the present state."""

    status = 409


class TooLarge(Problem):
    status = 413


class Invalid(Problem):
    """Understood, but a value is not acceptable; `details["fields"]` names each field and why."""

    status = 422
