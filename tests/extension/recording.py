"""What the tests of the extension share: pages to record, a browser that records, and what the server then has."""

import time
from pathlib import Path

import msgspec
from flask import Flask, request
from playwright.sync_api import BrowserContext, Page, Worker

from codesight.capture import events
from codesight.capture.rules import Event
from codesight.db import reading
from tests.journeys.browser import own_page
from tests.web.extension_browser import Shop

PATIENCE_S = 20.0


class Site:
    """Pages by their path; each gets whatever was asked for in the address or sent."""

    def __init__(self) -> None:
        self.app = Flask("site")
        self.pages: dict[str, str] = {}
        self.port = 0

        @self.app.route("/<path:path>", methods=["GET", "POST"])
        def page(path: str) -> str:
            request.get_data()
            return self.pages.get(path, f"<!doctype html><title>{path}</title><h1>{path}</h1>")

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path}"


class Recording:
    """A browser that records for the shop's worker."""

    def __init__(self, context: BrowserContext, shop: Shop, site: Site, profile: Path) -> None:
        self.context, self.shop, self.site, self.profile = context, shop, site, profile
        self.server = f"http://127.0.0.1:{shop.server.port}"
        self.page = context.pages[0]

    @property
    def worker(self) -> Worker:
        """The extension's service worker."""
        return (
            self.context.service_workers[0]
            if self.context.service_workers
            else self.context.wait_for_event("serviceworker")
        )

    def start(self) -> None:
        """Begin, as the session's page does, and let the extension look into every site."""
        pairing = self.pair()
        self._say(pairing, "start")
        own_page(self.context, "sites").locator("#every").click()
        self.until("capturing")
        pairing.close()
        self.page.bring_to_front()

    def pair(self) -> Page:
        """Pair with the session, as its page does, the person having allowed this server. Returns that page."""
        self.worker.evaluate("server => chrome.storage.local.set({ approved: [server] })", self.server)
        pairing = self.context.new_page()
        pairing.goto(f"{self.server}/login")
        self._say(pairing, "pair")
        return pairing

    def _say(self, page: Page, type: str) -> None:
        said = {"server": self.server, "session": self.shop.session, "ticket": self.shop.ticket()}
        page.evaluate(
            """said => new Promise((done) => {
                addEventListener('message', ({ data }) => data.source === 'codesight-extension' && done(data));
                postMessage(said, location.origin);
            })""",
            {"source": "codesight-page", "type": type, **said},
        )

    def until(self, what: str) -> None:
        """Wait for the extension to say that it is so."""
        until = time.monotonic() + PATIENCE_S
        while not self.worker.evaluate("chrome.storage.local.get('status').then(({ status }) => status)")[what]:
            assert time.monotonic() < until, f"not {what}"
            self.page.wait_for_timeout(50)

    def open(self, path: str, html: str, host: str = "127.0.0.1") -> Page:
        """Show a page of these contents in the recorded tab."""
        self.site.pages[path] = html
        self.page.goto(self.site.url(path, host))
        return self.page

    def events(self) -> list[Event]:
        """Everything, once the browser has nothing more to deliver."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            self.page.wait_for_timeout(400)
            status = self.worker.evaluate("chrome.storage.local.get('status').then(({ status }) => status)")
            row = self.shop.row()
            if status and not status["pending"] and status["captured"] == row.event_count:
                with reading(self.shop.engine) as db:
                    return events.read(db, row.id)
        raise AssertionError(f"the browser has not delivered: {status}, {row.event_count} stored")

    def told(self) -> list[dict[str, object]]:
        """As `events`, as plain values."""
        return [msgspec.to_builtins(event) for event in self.events()]
