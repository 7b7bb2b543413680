"""The mail server and the folder do the same; the server here is a real one, on this machine."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from codesight.adapters import mail_for
from codesight.adapters.mail import FolderMail, Letter, Mail, NotSent, SmtpMail
from codesight.config import Settings
from tests.support.services import free_port
from tests.support.smtp import PASSWORD, USER, MailServer, certificate

LETTER = Letter(
    key="mail-17-20261121120000",
    to="änne@example.org".replace("ä", "ae"),
    subject="Prüfen Sie Ihre Adresse ✓",
    text="Dear Änne,\n\n.a line that begins with a dot\nhttps://codesight.example/confirm/" + "x" * 300 + "\n",
    at=datetime(2026, 11, 21, 12, tzinfo=UTC),
)


@dataclass
class Post:
    """A way to send, and what has arrived by it."""

    mail: Mail
    arrived: Callable[[], list[EmailMessage]]


@pytest.fixture(params=["server", "folder"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    if request.param == "folder":
        folder = tmp_path / "var" / "mail"
        yield Post(FolderMail(folder), lambda: [_read(path) for path in sorted(folder.iterdir())])
        return
    with MailServer().running() as server:
        yield Post(SmtpMail(server.url()), lambda: server.taken)


def _read(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_what_was_written_arrives(post: Post) -> None:
    post.mail.send(LETTER)
    (message,) = post.arrived()
    assert (message["To"], message["Subject"]) == (LETTER.to, LETTER.subject)
    assert message.get_content().replace("\r\n", "\n") == LETTER.text
    assert message["Date"].datetime == LETTER.at
    assert "@" in message["From"]
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_repeated_mail_can_be_told_from_a_second_one(post: Post) -> None:
    post.mail.send(LETTER)
    post.mail.send(LETTER)
    post.mail.send(replace(LETTER, key="mail-18-20261121120000"))
    ids = [message["Message-ID"] for message in post.arrived()]
    assert len(set(ids)) == 2
    assert all(name.startswith("<mail-1") for name in ids)


@pytest.mark.parametrize("wrong", [{"subject": "Hello\nBcc: everybody@example.org"}, {"to": "a@example.org\r\nX: y"}])
def test_nobody_slips_a_header_in(post: Post, wrong: dict[str, str]) -> None:
    with pytest.raises(NotSent) as refusal:
        post.mail.send(replace(LETTER, **wrong))  # type: ignore[arg-type]
    assert refusal.value.for_good


def test_the_settings_choose(tmp_path: Path) -> None:
    environ = {"VAR": str(tmp_path), "SECRET_KEY": "s" * 40}
    assert isinstance(mail_for(Settings.from_env(environ)), FolderMail)
    url = "smtps://me:secret@mail.example?from=codesight@example.org"
    assert isinstance(mail_for(Settings.from_env({**environ, "MAIL_URL": url})), SmtpMail)


def test_what_lies_in_the_folder_is_for_us_alone(tmp_path: Path) -> None:
    FolderMail(tmp_path / "mail").send(LETTER)
    assert os.stat(tmp_path / "mail").st_mode & 0o077 == 0
    assert [path.suffix for path in (tmp_path / "mail").iterdir()] == [".eml"]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_password_travels_encrypted(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    server = MailServer(certificate=own, tls_from_the_start=scheme == "smtps", asks_password=True)
    with server.running():
        SmtpMail(server.url(scheme, f"{USER}:{quote(PASSWORD, safe='')}@")).send(LETTER)
        assert server.encrypted == [True]
        with pytest.raises(NotSent) as refusal:
            SmtpMail(server.url(scheme, f"{USER}:wrong@")).send(LETTER)
    assert not refusal.value.for_good  # it goes out once somebody has mended the setting


def test_a_server_without_encryption_gets_no_password() -> None:
    with MailServer(asks_password=True).running() as server:
        with pytest.raises(NotSent, match="no encryption"):
            SmtpMail(server.url(user=f"{USER}:{quote(PASSWORD, safe='')}@")).send(LETTER)
        assert server.taken == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(scheme: str, tmp_path: Path) -> None:
    server = MailServer(certificate=certificate(tmp_path), tls_from_the_start=scheme == "smtps")
    with server.running():
        with pytest.raises(NotSent, match="certificate"):
            SmtpMail(server.url(scheme)).send(LETTER)
        assert server.taken == []


@pytest.mark.parametrize(
    ("answers", "for_good"),
    [
        ({"RCPT": "550 no such person"}, True),
        ({"RCPT": "451 come back later"}, False),
        ({"MAIL": "552 too much"}, True),
        ({"MAIL": "421 busy"}, False),
        ({"DATA": "554 looks like spam"}, True),
    ],
)
def test_a_refusal_says_whether_trying_again_is_of_use(answers: dict[str, str], for_good: bool) -> None:
    with MailServer(answers=answers).running() as server, pytest.raises(NotSent) as refusal:
        SmtpMail(server.url()).send(LETTER)
    assert refusal.value.for_good is for_good
    assert str(refusal.value)


def test_a_server_that_is_away_is_tried_again() -> None:
    with pytest.raises(NotSent) as refusal:
        SmtpMail(f"smtp://127.0.0.1:{free_port()}?from=a@example.org").send(LETTER)
    assert not refusal.value.for_good
