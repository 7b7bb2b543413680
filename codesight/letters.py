"""How a mail or an alert reads once it is sent: what it says, the page that shows more, and the way out of it."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from codesight.adapters.chat import Alert
from codesight.adapters.mail import Letter
from codesight.config import Settings
from codesight.errors import NotFound
from codesight.outgoing import ChatAlert, OutgoingMail
from codesight.policy import POLICY, Kind, kind_of

_THREAD = "/threads/"


@dataclass(frozen=True)
class WayOut:
    """Who wants no more mail of which kind: a person, or the address of somebody without an account."""

    kind: Kind
    account_id: int | None
    address: str


def letter_of(mail: OutgoingMail, settings: Settings, *, closed: bool = False) -> Letter:
    """The mail as it is handed to whoever delivers it: the same on every try.

    `closed`: it is for an account that signs in no more; a thread then opens by a link of its own.
    """
    kind, site = kind_of(mail.key), settings.public_url
    parts, out = [mail.text], ""
    path = mail.path
    if closed and path.startswith(_THREAD):
        path = f"/answer/{_answers(settings).dumps([mail.account_id, path.removeprefix(_THREAD)])}"
    if path:
        parts.append(f"{site}{path}")
    if POLICY[kind].can_be_off:
        out = f"{site}/unsubscribe/{sign(way_out(mail), settings)}"
        parts.append(f"--\nNo more mails like this: {out}")
        if mail.account_id is not None:
            parts[-1] += f"\nChoose what is mailed to you: {site}/account/notifications"
    return Letter(
        key=f"mail-{mail.id}-{mail.created_at:%Y%m%d%H%M%S}",
        to=mail.to,
        subject=mail.subject,
        text="\n\n".join(parts),
        at=mail.created_at,
        unsubscribe=out,
    )


def alert_of(row: ChatAlert, settings: Settings) -> Alert:
    """The alert as the chats get it: the same on every try."""
    return Alert(number=row.id, title=f"CodeSight: {row.title}", text=f"{row.text}\n{settings.public_url}{row.path}")


def way_out(mail: OutgoingMail) -> WayOut:
    """What a mail's link turns off."""
    return WayOut(kind_of(mail.key), mail.account_id, "" if mail.account_id is not None else mail.to)


def sign(out: WayOut, settings: Settings) -> str:
    """The part of the link that says it. It lasts: a mail may be read after years."""
    said: str = _signer(settings).dumps([out.kind.value, out.account_id, out.address])
    return said


def read(token: str, settings: Settings) -> WayOut:
    """What a link of ours says. Raises NotFound `unknown_link` for one that is not ours."""
    try:
        kind, account_id, address = _signer(settings).loads(token)
        return WayOut(Kind(kind), account_id, address)
    except (BadSignature, ValueError) as problem:
        raise NotFound("unknown_link", "This link is not complete. Copy all of it from the mail.") from problem


def answer_of(token: str, settings: Settings) -> tuple[int, str]:
    """Whose account, and which recording's thread, a link opens. Raises NotFound `unknown_link`."""
    try:
        account_id, public_id = _answers(settings).loads(token)
        return int(account_id), str(public_id)
    except (BadSignature, ValueError) as problem:
        raise NotFound("unknown_link", "This link is not complete. Copy all of it from the mail.") from problem


def _answers(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key, salt="answer")


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key, salt="unsubscribe")
