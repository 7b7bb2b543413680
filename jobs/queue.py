"""The queue between web and worker: a doorbell. What is to be done stands in the database."""

from collections.abc import Callable
from functools import cache
from typing import Any, Generic, ParamSpec

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from codesight.config import Settings
from codesight.platform import Platform

NAME = "codesight"
TIMEOUT_SECONDS = 900
"""A job that takes longer is ended; the sweep lets go of what it had claimed."""

P = ParamSpec("P")
log = structlog.get_logger()


class Job(Generic[P]):
    """A function that the worker runs. Calling it runs it here; `ring` asks the worker to."""

    def __init__(self, function: Callable[P, object], *, ahead: bool) -> None:
        self.function = function
        self.ahead = ahead
        self.path = f"{function.__module__}.{function.__qualname__}"
        self.__doc__ = function.__doc__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> object:
        return self.function(*args, **kwargs)

    def ring(self, redis_url: str, *args: P.args, **kwargs: P.kwargs) -> None:
        """Ask the worker to run this. If the queue is away nothing is lost: the sweep finds the row and rings again."""
        try:
            call: Any = queue(redis_url).enqueue_call
            options = {"timeout": TIMEOUT_SECONDS, "result_ttl": 60, "failure_ttl": 7 * 86_400, "at_front": self.ahead}
            call(self.path, args, kwargs, **options)
        except RedisError as problem:
            log.warning("queue_unreachable", job=self.path, problem=str(problem))


def job(function: Callable[P, object]) -> Job[P]:
    """Mark a function of `jobs/` as one that the worker runs."""
    return Job(function, ahead=False)


def job_ahead(function: Callable[P, object]) -> Job[P]:
    """Mark one that takes a moment and that somebody waits for: it goes before those that wait in the queue."""
    return Job(function, ahead=True)


@cache
def queue(redis_url: str) -> Queue:
    """The one queue; connections are pooled and made at first use."""
    return Queue(NAME, connection=Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=None))


@cache
def platform() -> Platform:
    """The parts of this installation, for the worker's process."""
    return Platform.of(Settings.from_env())
