"""How long the two pages that people open most take to come, beside the cheapest answer of the same server."""

import time
from collections.abc import Iterator
from http.client import HTTPConnection

from tests.benchmarks.figures import Figure, Spread, percentile
from tests.benchmarks.installed import EMAIL, NOTE, on_each_database, sign_in
from tests.journeys.installation import Installation
from tests.support.people import PASSWORD

BOUND = 50.0
REPETITIONS, REQUESTS, WARM_UP = 3, 200, 50
PERCENTS = {"p50": 50, "p95": 95}
PAGES = {"home_page_ms": "/home", "review_queue_ms": "/review"}


def measure() -> Iterator[Figure]:
    """Milliseconds from the request to the last byte of the HTML, on one connection that stays open."""
    names = {f"{name}.{percent}": "ms" for name in PAGES for percent in PERCENTS}
    return on_each_database(_pages, names)


def _pages(installation: Installation, kind: str) -> Iterator[Figure]:
    reviewer = installation.person("reviewer")
    for name, email, password in (
        ("home_page_ms", EMAIL, PASSWORD),
        ("review_queue_ms", reviewer.email, reviewer.password),
    ):
        cookies = sign_in(installation, email, password).cookies
        browser = _Browser(installation.port, "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies))
        for _ in range(WARM_UP):
            browser.get(PAGES[name])
            browser.get("/health")
        rounds = [_round(browser, PAGES[name]) for _ in range(REPETITIONS)]
        for label, percent in PERCENTS.items():
            yield Figure(
                f"{name}.{label}.{kind}",
                "ms",
                Spread.of([percentile(page, percent) for page, _ in rounds]),
                REPETITIONS,
                reference=Spread.of([percentile(health, percent) for _, health in rounds]).median,
                reference_name=f"GET /health on the same server, {label}",
                bound=BOUND,
                note=NOTE,
            )


def _round(browser: "_Browser", path: str) -> tuple[list[float], list[float]]:
    # In turns, so that whatever else the machine does meets both alike.
    pairs = [(browser.get(path), browser.get("/health")) for _ in range(REQUESTS)]
    return [page for page, _ in pairs], [health for _, health in pairs]


class _Browser:
    """One open connection with somebody's cookies."""

    def __init__(self, port: int, cookies: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Cookie": cookies, "Accept": "text/html"}

    def get(self, path: str) -> float:
        """Milliseconds until the whole answer is there; anything but a page is an error."""
        begin = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        passed = (time.perf_counter() - begin) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return passed
