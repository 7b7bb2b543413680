"""Codes of authenticator apps, passkeys and recovery codes, where we are stricter than Flask-Security."""

from urllib.parse import urlsplit

from flask import request
from flask_security import MfRecoveryCodesUtil, Totp, WebauthnUtil
from passlib.exc import UsedTokenError
from passlib.totp import TotpMatch
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from blueprints.security.people import later
from blueprints.web import settings, transaction
from codesight.accounts import actions, rules
from codesight.accounts.models import Account
from codesight.clock import now


class OnceOnlyTotp(Totp):
    """Each code signs in once: whoever reads it over a shoulder comes too late."""

    def get_last_counter(self, user: Account) -> int | None:
        return user.totp_counter

    def set_last_counter(self, user: Account, tmatch: TotpMatch) -> None:
        with transaction() as db:  # at once, for two requests may carry the same code
            if not actions.take_totp_step(db, user.id, tmatch.counter):
                raise UsedTokenError


class Passkeys(WebauthnUtil):
    """Every passkey asks for finger, face or PIN and knows whose it is: it stands for both factors."""

    def origin(self) -> str:
        """What the browser shows as this site; a TLS proxy in front of us changes the scheme only."""
        return f"{urlsplit(settings().public_url).scheme}://{request.host}"

    def authenticator_selection(self, user: Account, usage: str) -> AuthenticatorSelectionCriteria:
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        )

    def name_svn(self, value: str) -> tuple[str | None, str | None]:
        """What a passkey is called has to be seen, to be told from the others when it is removed."""
        return super().name_svn(value) if rules.can_be_read(value) else ("INVALID_INPUT", None)

    def user_verification(self, user: Account | None, usage: list[str]) -> UserVerificationRequirement:
        return UserVerificationRequirement.REQUIRED


class RecoveryCodes(MfRecoveryCodesUtil):
    """Kept as hashes, shown once, and spent by a conditional update."""

    def create_recovery_codes(self, user: Account) -> list[str]:
        codes = [rules.new_recovery_code() for _ in range(rules.RECOVERY_CODES)]
        later(lambda db: actions.replace_recovery_codes(db, user.id, codes, now=now()))
        return codes

    def get_recovery_codes(self, user: Account) -> list[str]:
        return []

    def check_recovery_code(self, user: Account, code: str) -> bool:
        with transaction() as db:
            return actions.spend_recovery_code(db, user.id, code, now=now())

    def delete_recovery_code(self, user: Account, code: str) -> bool:
        return True  # it was spent when it was checked
