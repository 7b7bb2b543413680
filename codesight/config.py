"""Settings: the only reader of the environment. Frozen, and refused with a clear message when they are nonsense."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

# The id that the `key` in extension/manifest.json gives to the unpacked extension.
UNPACKED_EXTENSION = "chrome-extension://maklebhmklhfdnjfbnidnebdappnebac"

STAFF = ("owner", "payer", "reviewer")
"""Roles that can be made to confirm their sign-in with a second factor; the role worker can be named too."""

HELP_CHATS = {"Discord": "DISCORD_URL", "Slack": "SLACK_URL"}
"""Chats that help can lead to, and the variable with each one's address."""

_LIMIT = re.compile(r"[1-9]\d* per (?:[1-9]\d* )?(?:second|minute|hour|day)s?")


class BadSetting(ValueError):
    """A setting that cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between one installation and another."""

    var: Path
    """The folder of this installation: database, files, logs."""
    database_url: str = field(repr=False)  # as the next one, it may hold a password
    """SQLAlchemy's address: `sqlite:///…` or `postgresql+psycopg://…`."""
    redis_url: str = field(repr=False)
    """Address of Redis or Valkey, TCP or `unix://`."""
    public_url: str
    """The address under which people and browsers reach the web, without a slash at its end."""
    secret_key: str = field(repr=False)
    """Signs cookies, tickets and file addresses; at least 32 characters."""
    minimum_video_seconds: int = 300
    """Shorter recordings are flagged."""
    lease_hours: int = 72
    """How long a claimed package stays reserved."""
    file_url_seconds: int = 3600
    """How long a signed file address is valid."""
    part_size: int = 5 * 1024 * 1024
    """Bytes of one part of an upload, but for the last; S3 asks for at least 5 MiB."""
    max_upload_bytes: int = 4 * 1024**3
    """Largest file a worker can send."""
    extension_origins: tuple[str, ...] = (UNPACKED_EXTENSION,)
    """Origins, beside our own, that may open the socket."""
    s3_bucket: str | None = None
    """Files go to this bucket; without one, to the folder `files` in `var`."""
    s3_endpoint: str | None = None
    """Address of an S3-compatible server that is not Amazon's."""
    s3_region: str = "us-east-1"
    cdn_url: str | None = None
    """Address of a CDN that fetches files from where they are kept; browsers then fetch them there."""
    mail_url: str | None = field(default=None, repr=False)
    """The mail server, `smtp(s)://user:password@host:port?from=address`; without one, mails go to `mail` in `var`."""
    chat_urls: tuple[str, ...] = field(default=(), repr=False)
    """Where the owner's team is woken, as apprise writes addresses (`slack://…`, `discord://…`, or the service's own
    webhook address); without one, alerts go to `chat` in `var`."""
    require_second_factor: frozenset[str] = frozenset(STAFF)
    """Roles that reach nothing before they have set up a second factor."""
    sign_in_limit_per_address: str = "30 per minute; 300 per hour"
    """How often one network address may try to sign in, or to have a mail sent."""
    sign_in_limit_per_account: str = "10 per 10 minutes"
    """How often signing in to one account may be tried, wherever from."""
    sign_up_limit: str = "20 per hour"
    """How many accounts one network address may ask for, and how often one e-mail address may be given."""
    proxies: int = 0
    """How many proxies of our own stand in front of the web; each tells us the address of whom it speaks for."""
    help_chats: tuple[tuple[str, str], ...] = ()
    """Where workers can talk to people at once: each chat's name and its https address."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings. Raises BadSetting for what is missing or cannot be used."""
        var = Path(environ.get("VAR") or "var").absolute()
        return cls(
            var=var,
            database_url=_database(environ.get("DATABASE_URL") or f"sqlite:///{var / 'codesight.sqlite'}"),
            redis_url=_redis(environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"),
            public_url=_origin("PUBLIC_URL", environ.get("PUBLIC_URL") or "http://127.0.0.1:8000"),
            secret_key=_secret(environ.get("SECRET_KEY", "")),
            minimum_video_seconds=_number(environ, "MINIMUM_VIDEO_SECONDS", 300, 1, 36_000),
            lease_hours=_number(environ, "LEASE_HOURS", 72, 1, 24 * 90),
            file_url_seconds=_number(environ, "FILE_URL_SECONDS", 3600, 10, 7 * 86_400),
            max_upload_bytes=_number(environ, "MAX_UPLOAD_MB", 4096, 1, 1024 * 1024) * 1024 * 1024,
            extension_origins=_origins(environ.get("EXTENSION_ORIGINS") or UNPACKED_EXTENSION),
            s3_bucket=environ.get("S3_BUCKET") or None,
            s3_endpoint=_endpoint(environ.get("S3_ENDPOINT")),
            s3_region=environ.get("S3_REGION") or "us-east-1",
            cdn_url=_origin("CDN_URL", environ["CDN_URL"]) if environ.get("CDN_URL") else None,
            mail_url=_mail(environ.get("MAIL_URL")),
            chat_urls=_chats(environ.get("CHAT_URLS")),
            require_second_factor=_roles("REQUIRE_SECOND_FACTOR", environ.get("REQUIRE_SECOND_FACTOR")),
            sign_in_limit_per_address=_limit(environ, "SIGN_IN_LIMIT_PER_ADDRESS", cls.sign_in_limit_per_address),
            sign_in_limit_per_account=_limit(environ, "SIGN_IN_LIMIT_PER_ACCOUNT", cls.sign_in_limit_per_account),
            sign_up_limit=_limit(environ, "SIGN_UP_LIMIT", cls.sign_up_limit),
            proxies=_number(environ, "PROXIES", 0, 0, 10),
            help_chats=_help_chats(environ),
        )


def _database(url: str) -> str:
    # Heroku and Railway hand out addresses without the driver's name.
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting("DATABASE_URL must begin with postgresql:// or sqlite:///.")
    return url


def _redis(url: str) -> str:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return url


def _secret(text: str) -> str:
    if len(text) < 32:
        raise BadSetting(
            "SECRET_KEY must have at least 32 characters. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return text


def _origin(name: str, text: str) -> str:
    parts = _web_address(text)
    if parts is None or parts.path.strip("/"):
        raise BadSetting(
            f"{name} must be an address such as https://codesight.example, without a path; it is {text!r}."
        )
    return f"{parts.scheme}://{parts.netloc}"


def _endpoint(text: str | None) -> str | None:
    if text and _web_address(text) is None:
        raise BadSetting(f"S3_ENDPOINT must be an address such as https://s3.example; it is {text!r}.")
    return text or None


def _mail(text: str | None) -> str | None:
    if not text:
        return None
    try:
        parts = urlsplit(text)
        sender = parse_qs(parts.query).get("from", [""])[0]
        usable = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or "@" not in sender:
        # It may hold a password, so it is not repeated.
        raise BadSetting("MAIL_URL must be like smtps://user:password@mail.example:465?from=codesight@example.org.")
    return text


def _chats(text: str | None) -> tuple[str, ...]:
    urls = tuple((text or "").split())
    if not urls:
        return ()
    from apprise import Apprise  # it takes a moment to load, and only who sets this needs it

    for number, url in enumerate(urls, start=1):
        if Apprise.instantiate(url) is None:
            # It holds a token, so it is not repeated.
            raise BadSetting(
                f"CHAT_URLS: address {number} is not one that apprise knows, such as discord://id/token. "
                "Several are separated by spaces."
            )
    return urls


def _roles(name: str, text: str | None) -> frozenset[str]:
    if not text:
        return frozenset(STAFF)
    roles = frozenset(part.strip() for part in text.split(",")) - {""}
    if roles == {"none"}:
        return frozenset()
    if unknown := sorted(roles - {*STAFF, "worker"}):
        raise BadSetting(
            f"{name} holds {unknown[0]!r}. It names roles ({', '.join(STAFF)}, worker), separated by commas, or none."
        )
    return roles


def _limit(environ: Mapping[str, str], name: str, default: str) -> str:
    text = environ.get(name) or default
    if not all(_LIMIT.fullmatch(part.strip()) for part in text.split(";")):
        raise BadSetting(f"{name} must be like '10 per minute' or '10 per 5 minutes; 100 per day'; it is {text!r}.")
    return text


def _help_chats(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    given = [(name, variable, environ.get(variable)) for name, variable in HELP_CHATS.items()]
    for _, variable, text in given:
        parts = _web_address(text) if text else None
        # What stands before an @ is read as the host by people in a hurry.
        if text and (parts is None or parts.scheme != "https" or parts.username is not None):
            raise BadSetting(f"{variable} must be an address such as https://chat.example/join; it is {text!r}.")
    return tuple((name, text) for name, _, text in given if text)


def _web_address(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # such as a port that is no number
        return None
    return parts if usable else None


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    for origin in origins:
        if not origin.startswith(("chrome-extension://", "https://", "http://")):
            raise BadSetting(
                f"EXTENSION_ORIGINS holds {origin!r}, which is not an origin such as chrome-extension://abc…."
            )
    return origins


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise BadSetting(f"{name} must be a whole number from {least} to {most}; it is {text!r}.")
    return int(text)
