"""Sending mail: one Protocol, a mail server, and the twin that leaves each mail as a file in a folder."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

SECONDS = 20
"""How long a mail server may take for one answer."""


@dataclass(frozen=True)
class Letter:
    """One mail to one person. `key` is the same on every try: mail programs show a repeated one once."""

    key: str
    to: str
    subject: str
    text: str
    at: datetime
    unsubscribe: str = ""
    """Where one request turns mails of this kind off; empty for those that are essential."""


class NotSent(Exception):
    """A mail that was not taken. `for_good`: trying again is of no use, such as for an address that does not exist."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Mail(Protocol):
    """Whatever delivers mail."""

    def send(self, letter: Letter) -> None:
        """Hand one mail over. Raises NotSent."""


class SmtpMail:
    """A mail server: `smtps://` speaks TLS from the start, `smtp://` changes to it when the server offers it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname or "", parts.port or (465 if self._tls else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = parse_qs(parts.query)["from"][0]

    def send(self, letter: Letter) -> None:
        message = _message(letter, self._sender)
        try:
            with self._server() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as problem:
            code, said = next(iter(problem.recipients.values()))
            raise NotSent(_words(code, said), for_good=code >= 500) from problem
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as problem:
            raise NotSent(_words(problem.smtp_code, problem.smtp_error), for_good=problem.smtp_code >= 500) from problem
        except (smtplib.SMTPException, OSError) as problem:
            # A wrong password, a server that is away: a person mends that, and then the mail goes out.
            raise NotSent(f"{type(problem).__name__}: {problem}", for_good=False) from problem

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        with server:
            server.ehlo()
            if not self._tls and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif not self._tls and self._user:
                raise smtplib.SMTPException("the server offers no encryption, so it gets no password")
            if self._user:
                server.login(self._user, self._password)
            yield server


class FolderMail:
    """The twin of an installation without a mail server: each mail is a file that a mail program opens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, letter: Letter) -> None:
        message = _message(letter, "CodeSight <codesight@localhost>")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{letter.at:%Y%m%d-%H%M%S}-{letter.key}.eml"
        # The name shows only once everything is in it.
        scratch = path.with_suffix(".part")
        scratch.write_bytes(message.as_bytes())
        scratch.rename(path)


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    except ValueError as problem:  # a line break that would have begun a header of its own
        raise NotSent(str(problem), for_good=True) from problem
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.key}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    # Nobody's holiday notice is wanted in return.
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
    if letter.unsubscribe.startswith("https:"):
        # RFC 8058: mail programs show a button that posts this, without asking the person to sign in.
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    return message


def _words(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
