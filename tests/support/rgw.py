"""A real S3 on this machine that checks what it is asked: Ceph's radosgw over one store in memory."""

import atexit
import shutil
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.services import free_port, guardian, needs

SMALLEST_PART = 16 * 1024
"""Bytes. Amazon asks for 5 MiB; with less a test can send many parts."""

STARTED_WITHIN_SECONDS = 120

on_s3 = [pytest.mark.s3, needs("radosgw")]
"""Marks tests against a real S3."""

CONFIGURATION = """
[global]
fsid = {fsid}
mon_host = v2:127.0.0.1:{mon_port}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
keyring = {folder}/keyring
run_dir = {folder}
mon_data = {folder}/mon
osd_data = {folder}/osd
rgw_data = {folder}
log_file = {folder}/$name.log
log_to_stderr = false
admin_socket =
osd_objectstore = memstore
memstore_device_bytes = 1073741824
osd_crush_chooseleaf_type = 0
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
# Every change of the cluster waits for this; with the default of a second the start takes twelve.
paxos_propose_interval = 0.02
rgw_frontends = beast endpoint=127.0.0.1:{rgw_port}
rgw_thread_pool_size = 16
rgw_multipart_min_part_size = {smallest_part}
"""


def use_keys(monkeypatch: pytest.MonkeyPatch, access_key: str, secret_key: str) -> None:
    """Let boto3 find these keys from now on."""
    import boto3  # half a second, which tests without S3 need not wait

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret_key)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers the keys it has found


@dataclass
class Rgw:
    """A running S3 and the keys to it."""

    address: str
    access_key: str
    secret_key: str
    folder: Path
    stop: Callable[[], None]

    def create_bucket(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """The name of a new, empty bucket, whose keys boto3 finds from now on."""
        import boto3

        use_keys(monkeypatch, self.access_key, self.secret_key)
        name = f"files-{uuid.uuid4().hex[:12]}"
        boto3.client("s3", region_name="us-east-1", endpoint_url=self.address).create_bucket(Bucket=name)
        return name

    def create_user(self, name: str) -> tuple[str, str]:
        """The keys of a new user, who may do nothing in the buckets of others."""
        keys = (f"access-{name}", uuid.uuid4().hex)
        user = ["--uid", name, "--display-name", name, "--access-key", keys[0], "--secret-key", keys[1]]
        _run(self.folder, "radosgw-admin", "user", "create", *user)
        return keys


def start_rgw() -> Rgw:
    """A real S3, empty, in a temporary folder; it ends with this process. It is up in two seconds."""
    folder = Path(tempfile.mkdtemp(prefix="cs-s3-", dir="/tmp"))
    servers: list[subprocess.Popen[bytes]] = []

    def stop() -> None:
        for server in servers:
            server.kill()  # nobody needs this data any more
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)

    def start(*command: str) -> None:
        with (folder / "log").open("ab") as log:
            of_ours = [*command, "--conf", str(folder / "ceph.conf"), "--foreground"]
            server = subprocess.Popen(of_ours, stdout=log, stderr=log, cwd=folder, start_new_session=True)
        guardian().watch(server.pid)
        servers.append(server)

    atexit.register(stop)
    fsid, osd, mon_port, rgw_port = str(uuid.uuid4()), str(uuid.uuid4()), free_port(), free_port()
    values = {"folder": folder, "fsid": fsid, "mon_port": mon_port, "rgw_port": rgw_port}
    (folder / "ceph.conf").write_text(CONFIGURATION.format(**values, smallest_part=SMALLEST_PART))
    _make_keys(folder)
    _run(folder, "monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{mon_port}]", "monmap")
    _run(folder, "ceph-mon", "--id", "a", "--mkfs", "--monmap", "monmap", "--keyring", "keyring")
    start("ceph-mon", "--id", "a")
    _run(folder, "ceph", "osd", "new", osd, "0")
    (folder / "osd").mkdir()
    _run(folder, "ceph-osd", "--id", "0", "--mkfs", "--osd-uuid", osd)
    start("ceph-osd", "--id", "0")
    start("radosgw", "--name", "client.rgw.a")
    _wait_for(f"http://127.0.0.1:{rgw_port}", folder, servers)
    made = Rgw(f"http://127.0.0.1:{rgw_port}", "", "", folder, stop)
    made.access_key, made.secret_key = made.create_user("codesight")
    return made


def _make_keys(folder: Path) -> None:
    _run(
        folder, "ceph-authtool", "--create-keyring", "keyring", "--gen-key", "--name", "mon.", "--cap", "mon", "allow *"
    )
    for name in ("client.admin", "osd.0", "client.rgw.a"):
        may = ["--cap", "mon", "allow *", "--cap", "osd", "allow *"]
        _run(folder, "ceph-authtool", "keyring", "--gen-key", "--name", name, *may)


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(
        [*command, "--conf", str(folder / "ceph.conf")],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=STARTED_WITHIN_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout.decode()}")


def _wait_for(address: str, folder: Path, servers: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > until or any(server.poll() is not None for server in servers):
                raise RuntimeError("\n".join(path.read_text() for path in folder.glob("*log"))) from None
            time.sleep(0.05)
