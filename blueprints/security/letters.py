"""Mails about accounts. They are written into the outbox; a job sends them."""

from typing import Any

from flask import render_template
from flask_security import MailUtil
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token

from blueprints.security.people import later
from blueprints.web import Session, settings
from codesight import outbox
from codesight.accounts.models import Account
from codesight.clock import now
from codesight.ids import random_text
from codesight.policy import Kind


class OutboxMail(MailUtil):
    """Flask-Security's own mails, in the same transaction as what they tell of."""

    def send_mail(
        self, template: str, subject: str, recipient: str, sender: str, body: str, html: str | None, **context: Any
    ) -> None:
        later(lambda db: _post(db, recipient, str(subject), body))


def site() -> dict[str, str]:
    """The start of every link in a mail. Not from the request: its `Host` is whatever the sender wrote there."""
    return {"site": settings().public_url}


def ask_to_confirm(db: Session, account: Account) -> None:
    """The first mail to a new worker: the link with which they can sign in."""
    context = {"user": account, "confirmation_token": generate_confirmation_token(account)}
    write(db, account.email, "Confirm your e-mail address", "security/email/confirmation_instructions.txt", **context)


def already_here(db: Session, account: Account) -> None:
    """Somebody followed an invitation with the address of an account that exists; only its owner is told."""
    write(db, account.email, "You have a CodeSight account already", "account/mail/already_here.txt", user=account)


def welcome(db: Session, account: Account, inviter: str) -> None:
    """To somebody whom the owner has added: the link with which they choose a password."""
    context = {"user": account, "reset_token": generate_reset_password_token(account), "inviter": inviter}
    write(db, account.email, "Your CodeSight account", "account/mail/welcome.txt", **context)


def second_factor_changed(db: Session, account: Account, what: str) -> None:
    """A change that its owner should know of, in case it was not them."""
    write(db, account.email, "How you sign in has changed", "account/mail/second_factor.txt", user=account, what=what)


def write(db: Session, to: str, subject: str, template: str, **context: Any) -> None:
    """A mail of ours, from a template."""
    _post(db, to, subject, render_template(template, **site(), **context))


def _post(db: Session, to: str, subject: str, text: str) -> None:
    outbox.post(db, f"{Kind.ACCOUNT}:{random_text(20)}", to=to, subject=subject, text=text, now=now())
