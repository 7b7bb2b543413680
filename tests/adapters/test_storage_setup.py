"""What `prepare` finds, changes and leaves alone in a bucket."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from codesight.adapters.storage import Outcome
from codesight.adapters.storage_folder import FolderStorage
from codesight.adapters.storage_s3 import S3Storage
from codesight.adapters.storage_s3_setup import STALE_UPLOAD_DAYS
from tests.architecture.source import ROOT
from tests.support.proxy import Answer, Heard, proxy
from tests.support.rgw import Rgw, use_keys
from tests.support.services import needs

SITE = "https://codesight.example"
KEY = "recordings/cs_md0ap0gn_thwyx2k9qe/screen.webm"
NAMES = ["CORS", "lifecycle", "versioning"]


def outcomes(storage: S3Storage, change: bool) -> list[Outcome]:
    conditions = storage.prepare([SITE], change)
    assert [condition.name for condition in conditions] == NAMES
    return [condition.outcome for condition in conditions]


def by_hand(storage: S3Storage) -> tuple[Any, str]:
    """A client of S3's own, and the name of the bucket."""
    client = boto3.client("s3", region_name="us-east-1", endpoint_url=storage.origin)
    return client, storage.uri("x").split("/")[2]


def test_a_look_changes_nothing_and_a_second_change_neither(any_s3: S3Storage) -> None:
    assert outcomes(any_s3, change=False) == [Outcome.DIFFERS] * 3
    assert outcomes(any_s3, change=False) == [Outcome.DIFFERS] * 3
    assert outcomes(any_s3, change=True) == [Outcome.CHANGED] * 3
    assert outcomes(any_s3, change=True) == [Outcome.RIGHT] * 3
    assert outcomes(any_s3, change=False) == [Outcome.RIGHT] * 3


def test_what_is_said_is_what_the_bucket_has(any_s3: S3Storage) -> None:
    before = any_s3.prepare([SITE], change=True)
    assert [condition.was for condition in before] == ["nothing"] * 3
    after = any_s3.prepare([SITE], change=False)
    assert [condition.was for condition in after] == [
        f"GET, PUT with Content-Type from {SITE}; shows ETag",
        "unfinished uploads go after 15 days, replaced files after 30 days",
        "enabled",
    ]
    client, bucket = by_hand(any_s3)
    (cors,) = client.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert (sorted(cors["AllowedMethods"]), cors["AllowedOrigins"], cors["ExposeHeaders"]) == (
        ["GET", "PUT"],
        [SITE],
        ["ETag"],
    )
    (rule,) = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 15}
    assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_an_upload_can_go_on_for_as_long_as_a_browser_keeps_what_it_recorded() -> None:
    store = (ROOT / "blueprints/static/js/recorder/store.js").read_text("utf-8")
    kept = re.search(r"KEPT_FOR = (\d+) \* 86_400_000;", store)
    assert kept is not None
    assert int(kept[1]) < STALE_UPLOAD_DAYS


def test_rules_of_others_stay(any_s3: S3Storage) -> None:
    client, bucket = by_hand(any_s3)
    cors = {"ID": "site", "AllowedMethods": ["GET"], "AllowedOrigins": ["https://other.example"]}
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [cors]})
    logs = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 7}}
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [logs]})
    assert outcomes(any_s3, change=True) == [Outcome.CHANGED] * 3
    assert outcomes(any_s3, change=True) == [Outcome.RIGHT] * 3
    assert [rule["ID"] for rule in client.get_bucket_cors(Bucket=bucket)["CORSRules"]] == ["codesight", "site"]
    rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert {rule["ID"]: rule.get("Expiration") for rule in rules} == {"codesight": None, "logs": {"Days": 7}}


def test_what_somebody_has_changed_is_seen_and_mended(any_s3: S3Storage) -> None:
    outcomes(any_s3, change=True)
    client, bucket = by_hand(any_s3)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    rule = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [rule | {"Status": "Disabled"}]}
    )
    moved = any_s3.prepare(["https://new.example"], change=False)
    assert [condition.outcome for condition in moved] == [Outcome.DIFFERS] * 3
    assert moved[0].was.endswith(f"from {SITE}; shows ETag")
    assert moved[0].wanted.endswith("from https://new.example; shows ETag")
    assert moved[1].was.endswith("switched off")
    assert moved[2].was == "suspended"
    assert outcomes(any_s3, change=True) == [Outcome.RIGHT, Outcome.CHANGED, Outcome.CHANGED]
    assert len(client.get_bucket_cors(Bucket=bucket)["CORSRules"]) == 1


def test_a_file_that_was_overwritten_can_be_brought_back_and_a_deleted_one_is_gone_for_good(
    any_s3: S3Storage, tmp_path: Path
) -> None:
    client, bucket = by_hand(any_s3)
    local = tmp_path / "mine"
    local.write_bytes(b"before there were versions")
    any_s3.put(KEY, local, "video/webm")
    any_s3.prepare([SITE], change=True)
    for content in (b"private", b"cut"):
        local.write_bytes(content)
        any_s3.put(KEY, local, "video/webm")
    any_s3.put(f"{KEY}.other", local, "video/webm")
    client.delete_object(Bucket=bucket, Key=KEY)  # by hand, and so only hidden
    versions = client.list_object_versions(Bucket=bucket)
    assert [version["Key"] for version in versions["Versions"]] == [KEY, KEY, KEY, f"{KEY}.other"]
    any_s3.delete(KEY)
    left = client.list_object_versions(Bucket=bucket)
    assert [version["Key"] for version in left["Versions"]] == [f"{KEY}.other"]
    assert "DeleteMarkers" not in left


@pytest.mark.parametrize("change", [False, True])
def test_a_bucket_that_is_not_there_is_said_for_each_setting(s3: S3Storage, change: bool) -> None:
    elsewhere = S3Storage("nobodys-bucket", s3.origin, "us-east-1", 600)
    for condition in elsewhere.prepare([SITE], change):
        assert (condition.outcome, condition.was) == (Outcome.FAILED, "unknown")
        assert "NoSuchBucket" in condition.why
        assert condition.advice.startswith("Look at S3_BUCKET")


def test_without_keys_nothing_is_raised_but_said(s3: S3Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    use_keys(monkeypatch, "", "")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    conditions = S3Storage("recordings-bucket", s3.origin, "us-east-1", 600).prepare([SITE], change=True)
    assert {(c.outcome, c.why) for c in conditions} == {(Outcome.FAILED, "Unable to locate credentials")}


def test_a_server_that_accepts_everything_and_keeps_nothing_is_found_out(s3: S3Storage) -> None:
    with proxy(0, s3.origin, lambda heard, pass_on: Answer(200, []) if heard.method == "PUT" else pass_on()) as server:
        conditions = S3Storage("recordings-bucket", server, "us-east-1", 600).prepare([SITE], change=True)
    assert {(c.outcome, c.why) for c in conditions} == {(Outcome.FAILED, "It was accepted, but not kept.")}
    assert outcomes(s3, change=False) == [Outcome.DIFFERS] * 3


def test_a_server_without_versions_deletes_and_says_that_it_has_none(s3: S3Storage, tmp_path: Path) -> None:
    def has_none(heard: Heard, pass_on: Callable[[], Answer]) -> Answer:
        if not heard.path.partition("?")[2].startswith("version"):
            return pass_on()
        return Answer(501, [], b"<Error><Code>NotImplemented</Code><Message>No versions here</Message></Error>")

    (tmp_path / "mine").write_bytes(b"x")
    with proxy(0, s3.origin, has_none) as server:
        storage = S3Storage("recordings-bucket", server, "us-east-1", 600)
        storage.put(KEY, tmp_path / "mine", "video/webm")
        storage.delete(KEY)
        conditions = storage.prepare([SITE], change=True)
    assert not s3.exists(KEY)
    assert [c.outcome for c in conditions] == [Outcome.CHANGED, Outcome.CHANGED, Outcome.FAILED]
    assert "NotImplemented" in conditions[2].why
    assert conditions[2].advice == "Set it where the bucket is managed."


@pytest.mark.s3
@needs("radosgw")
def test_who_may_not_set_the_bucket_up_is_told_what_to_allow(
    rgw: Rgw, real_s3: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keys(monkeypatch, *rgw.create_user("stranger"))
    theirs = S3Storage(real_s3.uri("x").split("/")[2], rgw.address, "us-east-1", 600)
    conditions = theirs.prepare([SITE], change=True)
    assert [condition.outcome for condition in conditions] == [Outcome.FAILED] * 3
    assert all("AccessDenied" in condition.why for condition in conditions)
    assert [condition.advice for condition in conditions] == [
        f"Allow the access key s3:Get{what}, and try again."
        for what in ("BucketCORS", "LifecycleConfiguration", "BucketVersioning")
    ]


def test_a_folder_says_what_it_does_by_itself(tmp_path: Path) -> None:
    conditions = FolderStorage(tmp_path, SITE, "s" * 40, 600).prepare([SITE], change=True)
    assert [(c.name, c.outcome) for c in conditions] == [(name, Outcome.BUILT_IN) for name in NAMES]
    assert SITE in conditions[0].wanted
    assert str(tmp_path) in conditions[2].wanted
    assert list(tmp_path.iterdir()) == []
