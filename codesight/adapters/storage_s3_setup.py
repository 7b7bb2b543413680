"""What a bucket is told once: which pages may send files to it, when stale uploads end, that replaced files are kept.

Rules that others have made for the bucket stay as they are; ours are known by their id.
"""

from __future__ import annotations  # the types of boto3's client exist for type checkers only

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from codesight.adapters.storage import Condition, Outcome

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STALE_UPLOAD_DAYS = 15
"""A day longer than a browser keeps what it has recorded: until then the upload can go on."""
REPLACED_FILE_DAYS = 30
"""How long a file that was overwritten can be brought back."""

_ID = "codesight"
_BY_HAND = "Set it where the bucket is managed."
_NO_RULES = {"NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration"}

Rule = dict[str, Any]
"""A rule in S3's own form."""


@dataclass(frozen=True)
class _Setting:
    name: str
    permission: str
    """What the access key must be allowed, without `s3:Get` and `s3:Put`."""
    ours: Rule
    read: Callable[[], Any]
    write: Callable[[Any], object]
    words: Callable[[Rule], str]
    """All that matters in a rule of ours: servers give rules back in forms of their own."""

    def rules(self) -> list[Rule]:
        """What the bucket has now."""
        try:
            return list(self.read())
        except ClientError as error:
            if error.response["Error"]["Code"] in _NO_RULES:
                return []
            raise

    def told(self, rules: Sequence[Rule]) -> str:
        mine = [self.words(rule) if rule.get("ID") == _ID else f"a rule of others ({rule.get('ID')})" for rule in rules]
        return "; ".join(mine) or "nothing"

    def holds(self, rules: Sequence[Rule]) -> bool:
        return any(rule.get("ID") == _ID and self.words(rule) == self.words(self.ours) for rule in rules)


def prepare(client: S3Client, bucket: str, origins: Sequence[str], change: bool) -> list[Condition]:
    """See `Storage.prepare`."""
    settings = (_cors(client, bucket, origins), _lifecycle(client, bucket), _versioning(client, bucket))
    return [_prepared(setting, change) for setting in settings]


def _prepared(setting: _Setting, change: bool) -> Condition:
    wanted, was, verb = setting.words(setting.ours), "unknown", "Get"
    try:
        found = setting.rules()
        was = setting.told(found)
        if setting.holds(found):
            return Condition(setting.name, Outcome.RIGHT, was, was)
        if not change:
            return Condition(setting.name, Outcome.DIFFERS, was, wanted)
        verb = "Put"
        # Of several rules for one origin the first one counts.
        setting.write([setting.ours, *(rule for rule in found if rule.get("ID") != _ID)])
        found = setting.rules()
    except (ClientError, BotoCoreError) as error:
        do = _advice(error, f"s3:{verb}{setting.permission}")
        return Condition(setting.name, Outcome.FAILED, was, wanted, str(error), do)
    if not setting.holds(found):
        return Condition(setting.name, Outcome.FAILED, was, wanted, "It was accepted, but not kept.", _BY_HAND)
    return Condition(setting.name, Outcome.CHANGED, was, setting.told(found))


def _advice(error: ClientError | BotoCoreError, action: str) -> str:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else None
    if code == "AccessDenied":
        return f"Allow the access key {action}, and try again."
    if code in (None, "NoSuchBucket", "InvalidAccessKeyId", "SignatureDoesNotMatch", "PermanentRedirect"):
        return "Look at S3_BUCKET, S3_ENDPOINT, S3_REGION and the AWS variables, and try again."
    return _BY_HAND


def _cors(client: S3Client, bucket: str, origins: Sequence[str]) -> _Setting:
    def words(rule: Rule) -> str:
        methods, pages = sorted(rule["AllowedMethods"]), sorted(rule["AllowedOrigins"])
        headers, shown = (rule.get(name, []) for name in ("AllowedHeaders", "ExposeHeaders"))
        return f"{', '.join(methods)} with {', '.join(headers)} from {', '.join(pages)}; shows {', '.join(shown)}"

    return _Setting(
        name="CORS",
        permission="BucketCORS",
        ours={
            "ID": _ID,
            "AllowedMethods": ["GET", "PUT"],
            "AllowedOrigins": list(origins),
            "AllowedHeaders": ["Content-Type"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 3600,
        },
        read=lambda: client.get_bucket_cors(Bucket=bucket)["CORSRules"],
        write=lambda rules: client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules}),
        words=words,
    )


def _lifecycle(client: S3Client, bucket: str) -> _Setting:
    def words(rule: Rule) -> str:
        stale = rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
        replaced = rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays")
        narrowed = {k: v for k, v in (rule.get("Filter") or {}).items() if v} or rule.get("Prefix")
        where = f", for {narrowed} only" if narrowed else ""
        off = "" if rule["Status"] == "Enabled" else ", switched off"
        return f"unfinished uploads go after {stale} days, replaced files after {replaced} days{where}{off}"

    return _Setting(
        name="lifecycle",
        permission="LifecycleConfiguration",
        ours={
            "ID": _ID,
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": STALE_UPLOAD_DAYS},
            "NoncurrentVersionExpiration": {"NoncurrentDays": REPLACED_FILE_DAYS},
        },
        read=lambda: client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
        write=lambda rules: client.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": rules}
        ),
        words=words,
    )


def _versioning(client: S3Client, bucket: str) -> _Setting:
    def read() -> list[Rule]:
        # It is one word; as long as nobody has said it, there is none.
        status = client.get_bucket_versioning(Bucket=bucket).get("Status")
        return [{"ID": _ID, "Status": status}] if status else []

    return _Setting(
        name="versioning",
        permission="BucketVersioning",
        ours={"ID": _ID, "Status": "Enabled"},
        read=read,
        write=lambda _: client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}),
        words=lambda rule: rule["Status"].lower(),
    )
