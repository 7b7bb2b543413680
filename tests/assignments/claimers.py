"""Processes of the real application in which many workers claim at the same moment."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.engine import Engine

from codesight.config import Settings
from tests.architecture.source import ROOT

PATH = "/api/packages/basic/claim"


@dataclass(frozen=True)
class Answer:
    """What one claim was answered."""

    who: int
    status: int
    said: str
    """The claim's id, or the refusal's code."""


class Claimers:
    """Several processes, each with so many threads and as many open connections as its pool holds."""

    def __init__(self, environment: dict[str, str], processes: int, threads: int) -> None:
        command = [sys.executable, "-m", "tests.assignments.claimers", json.dumps(environment), str(threads)]
        pipe = subprocess.PIPE
        self._children = [
            subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) for _ in range(processes)
        ]
        for child in self._children:
            assert _heard(child) == "ready"

    def claim(self, tokens: Sequence[tuple[int, str]]) -> list[Answer]:
        """Everybody claims at once; the workers are dealt out over the processes."""
        begin = time.time() + 0.1
        for number, child in enumerate(self._children):
            _say(child, {"begin": begin, "tokens": list(tokens[number :: len(self._children)])})
        return [Answer(*one) for child in self._children for one in _heard(child)]

    def stop(self) -> None:
        for child in self._children:
            child.communicate()


def _say(child: "subprocess.Popen[str]", what: object) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps(what) + "\n")
    child.stdin.flush()


def _heard(child: "subprocess.Popen[str]") -> Any:
    assert child.stdout is not None
    line = child.stdout.readline()
    assert line, "a process of claimers died, see above"
    return json.loads(line)


def _warm_up(engine: Engine) -> None:
    """Opens every connection of the pool: races show on a warm one only."""
    with ExitStack() as held:
        for _ in range(40):
            held.enter_context(engine.connect())


def _claim(app: Flask, who: int, token: str) -> tuple[int, int, str]:
    answer = app.test_client(use_cookies=False).post(PATH, headers={"Authorization": f"Bearer {token}"})
    body = answer.get_json()
    return who, answer.status_code, str(body["claim"]["id"]) if "claim" in body else body["error"]["code"]


def main(environment: dict[str, str], threads: int) -> None:
    """One process: a line in, a round of claims, a line out."""
    from blueprints.app import create_app

    app = create_app(Settings.from_env(environment))
    _warm_up(app.extensions["codesight"].engine)
    # What is answered goes out at stdout: there is no queue here, and the logs say so.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(json.dumps("ready"), flush=True)  # noqa: T201
    with ThreadPoolExecutor(threads) as pool:
        for line in sys.stdin:
            wanted = json.loads(line)
            together = Barrier(len(wanted["tokens"]))

            def run(one: tuple[int, str], together: Barrier = together, begin: float = wanted["begin"]) -> object:
                together.wait()
                time.sleep(max(0.0, begin - time.time()))
                return _claim(app, *one)

            print(json.dumps(list(pool.map(run, wanted["tokens"]))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]))
