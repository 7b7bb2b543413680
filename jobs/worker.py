"""The worker: runs what the queue rings for, and rings for the sweep every minute."""

import sys
import threading
import time

from redis import Redis
from redis.exceptions import RedisError
from rq import SpawnWorker, Worker

# Loaded before the first job: each job runs in a copy of this process and would load it all again.
import jobs.pipeline  # noqa: F401
from codesight.config import Settings
from jobs.queue import queue
from jobs.sweep import sweep

SWEEP_SECONDS = 60


def ring_for_the_sweep(redis_url: str) -> None:
    """Ring for the sweep, now and every minute; of several workers only one rings in a minute."""
    connection = Redis.from_url(redis_url)
    while True:
        try:
            if connection.set("codesight:sweep", "1", nx=True, ex=SWEEP_SECONDS - 5):
                sweep.ring(redis_url)
        except RedisError:
            pass  # the worker beside us says so, and this is tried again in a minute
        time.sleep(SWEEP_SECONDS)


def main() -> None:
    """Work until a signal ends us: the first lets the running job finish, the second gives it up."""
    settings = Settings.from_env()
    bell = queue(settings.redis_url)
    threading.Thread(target=ring_for_the_sweep, args=[settings.redis_url], daemon=True).start()
    # macOS does not allow a process that uses its frameworks to fork.
    kind = SpawnWorker if sys.platform == "darwin" else Worker
    kind([bell], connection=bell.connection).work(with_scheduler=True)


if __name__ == "__main__":
    main()
