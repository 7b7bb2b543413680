"""Settings: what is missing or cannot be used is named, with what to do about it."""

from pathlib import Path

import pytest

from codesight.config import UNPACKED_EXTENSION, BadSetting, Settings

SECRET = "k" * 32


def read(**environ: str) -> Settings:
    return Settings.from_env({"SECRET_KEY": SECRET, **environ})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "", "at least 32 characters. Make one with: python3"),
        ("SECRET_KEY", "k" * 31, "at least 32 characters"),
        ("DATABASE_URL", "mysql://host/db", "must begin with postgresql:// or sqlite:///"),
        ("DATABASE_URL", "sqlite://", "must begin with postgresql:// or sqlite:///"),
        ("REDIS_URL", "localhost:6379", "must begin with redis://, rediss:// or unix://"),
        ("PUBLIC_URL", "codesight.example", "an address such as https://codesight.example"),
        ("PUBLIC_URL", "https://codesight.example/shop", "without a path"),
        ("PUBLIC_URL", "ftp://codesight.example", "an address such as"),
        ("PUBLIC_URL", "http://", "an address such as"),
        ("PUBLIC_URL", "http://[::1", "an address such as"),
        ("PUBLIC_URL", "http://codesight.example:web", "an address such as"),
        ("MINIMUM_VIDEO_SECONDS", "0", "a whole number from 1 to 36000; it is '0'"),
        ("LEASE_HOURS", "-3", "a whole number from 1 to 2160"),
        ("LEASE_HOURS", "1.5", "a whole number"),
        ("FILE_URL_SECONDS", "an hour", "a whole number from 10 to 604800; it is 'an hour'"),
        ("MAX_UPLOAD_MB", "٣", "a whole number"),  # a digit, but none that int() should take
        ("EXTENSION_ORIGINS", "chrome-extension://a, b", "holds 'b', which is not an origin"),
        ("S3_ENDPOINT", "s3.example", "an address such as https://s3.example"),
        ("CDN_URL", "https://cdn.example/videos", "without a path"),
        ("MAIL_URL", "mail.example", "must be like smtps://"),
        ("MAIL_URL", "smtp://mail.example", "from=codesight@example.org"),
        ("MAIL_URL", "http://mail.example?from=a@example.org", "must be like smtps://"),
        ("MAIL_URL", "smtp://mail.example:mail?from=a@example.org", "must be like smtps://"),
        ("REQUIRE_SECOND_FACTOR", "owner, boss", "holds 'boss'. It names roles (owner, payer, reviewer, worker)"),
        ("REQUIRE_SECOND_FACTOR", "none,owner", "holds 'none'"),
        ("SIGN_IN_LIMIT_PER_ADDRESS", "many", "must be like '10 per minute'"),
        ("SIGN_IN_LIMIT_PER_ACCOUNT", "0 per minute", "must be like '10 per minute'"),
        ("SIGN_UP_LIMIT", "10 per minute; ", "must be like '10 per minute'"),
        ("PROXIES", "-1", "a whole number from 0 to 10"),
        ("DISCORD_URL", "http://discord.example/x", "DISCORD_URL must be an address such as https://chat.example/join"),
        ("SLACK_URL", "https://slack.example@evil.example", "an address such as https://chat.example/join"),
        ("SLACK_URL", "javascript:alert(1)", "an address such as"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_do(name: str, value: str, says: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        read(**{name: value})
    assert str(refusal.value).startswith(name)
    assert says in str(refusal.value)


def test_a_mail_address_that_cannot_be_used_is_not_repeated() -> None:
    with pytest.raises(BadSetting) as refusal:
        read(MAIL_URL="smtp://me:hush@mail.example")
    assert "hush" not in str(refusal.value)


def test_without_a_secret_nothing_starts() -> None:
    with pytest.raises(BadSetting, match="SECRET_KEY"):
        Settings.from_env({})


# Heroku and Railway hand out postgres:// and postgresql://.
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_addresses_that_hosts_hand_out_are_accepted(scheme: str) -> None:
    address = f"{scheme}://me:pw@db.example:5432/codesight?sslmode=require"
    assert read(DATABASE_URL=address).database_url == (
        "postgresql+psycopg://me:pw@db.example:5432/codesight?sslmode=require"
    )


def test_what_is_not_set_has_a_sensible_value(tmp_path: Path) -> None:
    settings = read(VAR=str(tmp_path), S3_BUCKET="", EXTENSION_ORIGINS="")
    assert settings.database_url == f"sqlite:///{tmp_path}/codesight.sqlite"
    assert (settings.redis_url, settings.public_url) == ("redis://127.0.0.1:6379/0", "http://127.0.0.1:8000")
    assert (settings.minimum_video_seconds, settings.lease_hours) == (300, 72)
    assert settings.max_upload_bytes == 4 * 1024**3
    assert (settings.s3_bucket, settings.s3_endpoint, settings.cdn_url) == (None, None, None)
    assert settings.extension_origins == (UNPACKED_EXTENSION,)
    assert settings.mail_url is None
    assert settings.require_second_factor == {"owner", "payer", "reviewer"}
    assert settings.proxies == 0


def test_what_is_set_is_taken() -> None:
    settings = read(
        VAR="some/folder", REDIS_URL="unix:///run/valkey.sock?db=0", PUBLIC_URL="https://codesight.example/",
        MAX_UPLOAD_MB="10", S3_BUCKET="recordings", S3_ENDPOINT="https://s3.example:9000", S3_REGION="eu-west-1",
        EXTENSION_ORIGINS="chrome-extension://abc/, https://tools.example", SIGN_UP_LIMIT="5 per 10 minutes; 9 per day",
        MAIL_URL="smtps://me:hush@mail.example?from=a@example.org", REQUIRE_SECOND_FACTOR="owner, worker",
        SLACK_URL="https://join.slack.example/t/codesight", CDN_URL="https://cdn.example/",
    )  # fmt: skip
    assert settings.var == Path.cwd() / "some/folder"
    assert settings.redis_url == "unix:///run/valkey.sock?db=0"
    assert settings.public_url == "https://codesight.example"
    assert settings.max_upload_bytes == 10 * 1024**2
    assert (settings.s3_bucket, settings.s3_region) == ("recordings", "eu-west-1")
    assert settings.s3_endpoint == "https://s3.example:9000"
    assert settings.cdn_url == "https://cdn.example"
    assert settings.extension_origins == ("chrome-extension://abc", "https://tools.example")
    assert settings.mail_url == "smtps://me:hush@mail.example?from=a@example.org"
    assert settings.require_second_factor == {"owner", "worker"}
    assert settings.help_chats == (("Slack", "https://join.slack.example/t/codesight"),)
    assert settings.sign_up_limit == "5 per 10 minutes; 9 per day"
    assert read(REQUIRE_SECOND_FACTOR="none").require_second_factor == frozenset()


def test_what_is_secret_does_not_show_in_logs() -> None:
    mail = "smtps://me:hush@mail.example?from=a@example.org"
    shown = repr(read(DATABASE_URL="postgres://me:hush@db/x", REDIS_URL="redis://:hush@queue", MAIL_URL=mail))
    assert "hush" not in shown
    assert SECRET not in shown
