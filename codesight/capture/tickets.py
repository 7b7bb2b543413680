"""The ticket with which a browser opens the socket: for one recording session of one worker, signed."""

from dataclasses import dataclass

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from codesight.errors import NotSignedIn

VALID_SECONDS = 12 * 3600
_SALT = "codesight.socket-ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says."""

    session: str
    """The session's public id."""
    worker_id: int


def issue(secret: str, session: str, worker_id: int) -> str:
    """A ticket as text that fits into an address."""
    return URLSafeTimedSerializer(secret, salt=_SALT).dumps([session, worker_id])


def read(secret: str, text: str) -> Ticket:
    """What the ticket says. Raises NotSignedIn `bad_ticket` when it is missing, forged or too old."""
    try:
        session, worker_id = URLSafeTimedSerializer(secret, salt=_SALT).loads(text, max_age=VALID_SECONDS)
    except SignatureExpired as problem:
        raise NotSignedIn(
            "bad_ticket", "The ticket has expired. Open the recording page again for a new one."
        ) from problem
    except BadSignature as problem:
        raise NotSignedIn("bad_ticket", "The socket needs a ticket. The recording page hands it out.") from problem
    return Ticket(session, worker_id)
