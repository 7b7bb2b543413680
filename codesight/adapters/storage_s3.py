"""Files in a bucket of Amazon S3 or of any server that speaks like it."""

from __future__ import annotations  # the types of boto3's client exist for type checkers only

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

from codesight.adapters.storage import Condition, Part, SignedPut, UploadClosed, as_download, checked_key, file_missing
from codesight.adapters.storage_s3_setup import prepare
from codesight.clock import now
from codesight.errors import Conflict

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = {"NoSuchUpload", "NoSuchKey", "404"}
_REFUSED = {"EntityTooSmall", "EntityTooLarge", "InvalidPart", "InvalidPartOrder"}
_SIGNED_TYPE = "codesight_content_type"


class S3Storage:
    """A `Storage` in a bucket, once `prepare` has set it up. Credentials come from where boto3 looks for them."""

    def __init__(
        self, bucket: str, endpoint: str | None, region: str, url_seconds: int, cdn_url: str | None = None
    ) -> None:
        self._bucket = bucket
        self._seconds = url_seconds
        self._client = _client(endpoint, region, "s3v4")
        # boto3 alone knows where a bucket of a region lives; unsigned, it needs no credentials to tell.
        unsigned = _client(endpoint, region, UNSIGNED)
        address = urlsplit(unsigned.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "x"}))
        self.origin = f"{address.scheme}://{address.netloc}"
        self.delivery_origin = cdn_url or self.origin

    def prepare(self, origins: Sequence[str], change: bool) -> list[Condition]:
        return prepare(self._client, self._bucket, origins, change)

    def start(self, key: str, content_type: str) -> str:
        begun = self._client.create_multipart_upload(
            Bucket=self._bucket, Key=checked_key(key), ContentType=content_type
        )
        return begun["UploadId"]

    def part_url(self, key: str, upload_id: str, number: int, size: int, content_type: str) -> SignedPut:
        expires_at = now() + timedelta(seconds=self._seconds)
        url = self._signed(
            "upload_part",
            Key=checked_key(key),
            UploadId=upload_id,
            PartNumber=number,
            ContentLength=size,
            **{_SIGNED_TYPE: content_type},
        )
        return SignedPut(url, {"Content-Type": content_type}, expires_at)

    def parts(self, key: str, upload_id: str) -> list[Part]:
        pages = self._client.get_paginator("list_parts").paginate(
            Bucket=self._bucket, Key=checked_key(key), UploadId=upload_id
        )
        try:
            return [Part(p["PartNumber"], p["Size"], p["ETag"]) for page in pages for p in page.get("Parts", [])]
        except ClientError as error:
            if _code(error) in _GONE:
                raise UploadClosed from None
            raise

    def complete(self, key: str, upload_id: str) -> int:
        try:
            parts = self.parts(key, upload_id)
            if parts:
                self._join(key, upload_id, parts)
            else:
                # S3 makes no file out of no parts. The file comes first: a retry mends a crash behind it.
                self._client.put_object(Bucket=self._bucket, Key=key, Body=b"")
                self.abandon(key, upload_id)
        except UploadClosed:
            if not self.exists(key):
                raise
        return self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]

    def abandon(self, key: str, upload_id: str) -> None:
        try:
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=checked_key(key), UploadId=upload_id)
        except ClientError as error:
            if _code(error) not in _GONE:
                raise

    def get_url(self, key: str, filename: str | None = None, content_type: str | None = None) -> str:
        wishes: dict[str, Any] = {"ResponseExpires": now() + timedelta(seconds=self._seconds)}
        if filename is not None:
            wishes["ResponseContentDisposition"] = as_download(filename)
        if content_type is not None:
            wishes["ResponseContentType"] = content_type
        # The CDN asks for the file under the bucket's own name, so the signature still holds: the bucket checks it.
        signed = self._signed("get_object", Key=checked_key(key), **wishes)
        return self.delivery_origin + signed.removeprefix(self.origin)

    def fetch(self, key: str, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._client.download_file(self._bucket, checked_key(key), str(to))
        except ClientError as error:
            if _code(error) in _GONE:
                raise file_missing(key) from None
            raise

    def put(self, key: str, path: Path, content_type: str) -> None:
        self._client.upload_file(str(path), self._bucket, checked_key(key), ExtraArgs={"ContentType": content_type})

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=checked_key(key))
        # Where replaced files are kept, that only put a marker on top of them.
        for version in self._versions(key):
            self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=version)

    def exists(self, key: str) -> bool:
        try:
            self._client.head_object(Bucket=self._bucket, Key=checked_key(key))
        except ClientError as error:
            if _code(error) in _GONE:
                return False
            raise
        return True

    def uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{checked_key(key)}"

    def _versions(self, key: str) -> list[str]:
        """Ids of a file's versions and then of the markers that hide them, so that none comes to light again."""
        listing = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
        try:
            pages = list(listing)
        except ClientError as error:
            if _code(error) == "NotImplemented":  # such a server keeps no versions
                return []
            raise
        files = [v["VersionId"] for page in pages for v in page.get("Versions", []) if v["Key"] == key]
        return files + [m["VersionId"] for page in pages for m in page.get("DeleteMarkers", []) if m["Key"] == key]

    def _signed(self, call: str, **params: Any) -> str:
        return self._client.generate_presigned_url(call, {"Bucket": self._bucket, **params}, self._seconds)

    def _join(self, key: str, upload_id: str, parts: list[Part]) -> None:
        named = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        try:
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=key,
                UploadId=upload_id,
                MultipartUpload={"Parts": named},  # type: ignore[typeddict-item]
            )
        except ClientError as error:
            if _code(error) in _GONE:
                raise UploadClosed from None
            if _code(error) in _REFUSED:
                raise Conflict(
                    "parts_refused", "The storage does not take these parts. Send all of them again."
                ) from error
            raise


def _client(endpoint: str | None, region: str, signature: Any) -> S3Client:
    config = Config(
        signature_version=signature,
        # By default boto3 takes an address without a region for us-east-1, which leads browsers elsewhere by redirects.
        s3={"addressing_style": "path" if endpoint else "virtual", "us_east_1_regional_endpoint": "regional"},
        # A browser with a signed address sends no checksum, and many servers do not know of them.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    client: S3Client = boto3.client("s3", region_name=region, endpoint_url=endpoint, config=config)
    client.meta.events.register("provide-client-params.s3.UploadPart", _note_type)
    client.meta.events.register("before-sign.s3.UploadPart", _sign_type)
    return client


def _note_type(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    context[_SIGNED_TYPE] = params.pop(_SIGNED_TYPE, None)


def _sign_type(request: AWSRequest, **_: object) -> None:
    # boto3 knows no type for a part, but a signature may cover any header: then no other type is taken.
    content_type = request.context.get(_SIGNED_TYPE)
    if content_type is not None:
        request.headers["Content-Type"] = content_type


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
