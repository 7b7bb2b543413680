"""Two kinds of S3: moto's, which runs everywhere and checks nothing, and a real one where it is installed."""

import urllib.request
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from codesight.adapters.storage_s3 import S3Storage
from tests.support.rgw import Rgw, on_s3, use_keys


@pytest.fixture(scope="package")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> S3Storage:
    use_keys(monkeypatch, "test", "test")
    urllib.request.urlopen(urllib.request.Request(f"{s3_address}/moto-api/reset", b"", method="POST")).close()
    boto3.client("s3", region_name="us-east-1", endpoint_url=s3_address).create_bucket(Bucket="recordings-bucket")
    return S3Storage("recordings-bucket", s3_address, "us-east-1", 600)


@pytest.fixture
def real_s3(rgw: Rgw, monkeypatch: pytest.MonkeyPatch) -> S3Storage:
    return S3Storage(rgw.create_bucket(monkeypatch), rgw.address, "us-east-1", 600)


@pytest.fixture(params=["s3", pytest.param("real_s3", marks=on_s3)])
def any_s3(request: pytest.FixtureRequest) -> S3Storage:
    """An empty bucket of each kind."""
    made: S3Storage = request.getfixturevalue(request.param)
    return made
