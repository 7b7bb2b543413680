"""`flask storage setup`, as whoever runs an installation calls it."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from flask import Flask

from blueprints.app import create_app
from blueprints.commands import lines
from codesight.adapters.storage import Condition, Outcome
from codesight.config import Settings
from tests.architecture.source import ROOT
from tests.support.database import on_sqlite
from tests.support.rgw import Rgw
from tests.support.services import needs


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    done = app.test_cli_runner().invoke(args=["storage", "setup", *arguments])
    return done.exit_code, done.output


@on_sqlite
def test_flask_finds_the_command_and_a_folder_needs_nothing(settings: Settings) -> None:
    environ = {
        **os.environ,
        "VAR": str(settings.var),
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_URL": settings.public_url,
        "DATABASE_URL": settings.database_url,
    }
    command = [sys.executable, "-m", "flask", "storage", "setup"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[::2] == [
        "CORS: nothing to set",
        "lifecycle: nothing to set",
        "versioning: nothing to set",
    ]


@on_sqlite
@pytest.mark.s3
@needs("radosgw")
def test_a_bucket_is_looked_at_set_up_and_found_right(
    settings: Settings, rgw: Rgw, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = rgw.create_bucket(monkeypatch)
    app = create_app(replace(settings, s3_bucket=bucket, s3_endpoint=rgw.address))
    look, found = run(app, "--check")
    assert look == 1
    assert found.splitlines()[:3] == [
        "CORS: differs",
        "  was: nothing",
        f"  should be: GET, PUT with Content-Type from {settings.public_url}; shows ETag",
    ]
    change, said = run(app)
    assert change == 0
    assert said.splitlines()[::3] == ["CORS: changed", "lifecycle: changed", "versioning: changed"]
    assert (
        run(app, "--check")
        == run(app)
        == (0, said.replace("changed", "as it should be").replace("  was: nothing\n", ""))
    )


@on_sqlite
@pytest.mark.s3
@needs("radosgw")
def test_what_could_not_be_set_up_ends_with_an_error(
    settings: Settings, rgw: Rgw, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgw.create_bucket(monkeypatch)
    code, said = run(create_app(replace(settings, s3_bucket="not-there", s3_endpoint=rgw.address)))
    assert code == 1
    assert said.count("could not be read or set") == 3
    assert said.count("NoSuchBucket") == 3


def test_what_failed_is_printed_with_why_and_what_to_do() -> None:
    failed = Condition("CORS", Outcome.FAILED, "nothing", "rules", "AccessDenied", "Allow it.")
    assert lines(failed) == [
        "CORS: could not be read or set",
        "  was: nothing",
        "  should be: rules",
        "  why: AccessDenied",
        "  do: Allow it.",
    ]
