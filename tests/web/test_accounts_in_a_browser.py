"""Passkeys, authenticator apps and all pages about accounts, in a real Chromium."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright

from codesight.accounts.models import Role
from tests.journeys.accessible import offences
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World, link_in
from tests.support.services import chromium, needs
from tests.support.serving import served
from tests.web.authenticator import code

pytestmark = [needs("Chromium"), on_sqlite]


@pytest.fixture
def url(app: Flask, world: World) -> Iterator[str]:
    """The site, under a name: passkeys do not work on bare addresses."""
    with served(app, host="localhost") as address:
        yield address


@pytest.fixture
def page(url: str) -> Iterator[Page]:
    """A browser; whatever it complains of on its console (such as our own policy) fails the test."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=["--no-sandbox"])
        opened = browser.new_context(base_url=url).new_page()
        # A refused request is an answer like others: the page says what it means.
        ours = re.compile("the server responded with a status of 4")
        opened.on(
            "console", lambda m: complaints.append(m.text) if m.type == "error" and not ours.search(m.text) else None
        )
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        browser.close()
    assert complaints == []


@pytest.fixture
def device(page: Page) -> Callable[[bool], None]:
    """A device that keeps passkeys; call it to say whether its owner unlocks it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def unlock(yes: bool) -> None:
        session.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": yes})

    return unlock


def sign_in(page: Page, role: Role = Role.OWNER) -> None:
    page.goto("/login")
    page.get_by_label("Email").fill(f"{role}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/login"))


def add_passkey(page: Page, name: str) -> None:
    page.goto("/account/passkeys")
    page.get_by_label("What do you call it?").fill(name)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".rows")).to_contain_text(name)


def test_a_passkey_signs_in_alone_and_confirms_a_password_and_who_one_is(
    app: Flask, page: Page, device: Callable[[bool], None]
) -> None:
    sign_in(page)
    expect(page).to_have_url(re.compile("/owner$"))
    add_passkey(page, "My laptop")
    sign_out(page)

    # Alone.
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/owner$"))
    sign_out(page)

    # After the password, which is not enough any more.
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.goto("/owner")
    expect(page).to_have_url(re.compile("/login"))
    sign_in(page)
    device(False)
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.locator(".problem")).to_contain_text("Nothing has changed; try again.")
    device(True)
    page.get_by_role("button", name="Use my passkey").click()
    expect(page).to_have_url(re.compile("/owner$"))

    # To show once more who one is.
    app.config.update(SECURITY_FRESHNESS=timedelta(microseconds=1), SECURITY_FRESHNESS_GRACE_PERIOD=timedelta(0))
    page.goto("/account/tokens")
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it still you?")
    app.config.update(SECURITY_FRESHNESS=timedelta(hours=1))
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("API tokens")

    # And is gone when it is removed.
    page.goto("/account/passkeys")
    page.get_by_role("button", name="Remove the passkey My laptop").click()
    expect(page.locator(".alert-success")).to_contain_text("My laptop is removed")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".problem")).to_contain_text("not known here")
    sign_in(page)
    expect(page).to_have_url(re.compile("/owner$"))


def test_one_device_keeps_one_passkey_for_an_account(page: Page, device: Callable[[bool], None]) -> None:
    sign_in(page, Role.WORKER)
    add_passkey(page, "My laptop")
    for name, said in (("My laptop", "already associated"), ("Another name", "has a passkey for your account already")):
        page.get_by_label("What do you call it?").fill(name)
        page.get_by_role("button", name="Add it").click()
        expect(page.locator(".problem")).to_contain_text(said)


def test_passkey_or_app_may_be_chosen_and_a_recovery_code_stands_in_for_both(
    page: Page, device: Callable[[bool], None]
) -> None:
    sign_in(page, Role.REVIEWER)
    add_passkey(page, "My laptop")
    page.goto("/account/authenticator")
    page.get_by_role("button", name="Set it up").click()
    key = page.locator(".key").inner_text()
    expect(page.get_by_alt_text("QR code for the authenticator app")).to_be_visible()
    assert page.locator(".qr").evaluate("image => image.naturalWidth") > 0
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".problem")).to_contain_text("This code is not right")
    assert page.locator(".key").inner_text() == key
    page.get_by_label("Code").fill(code(key))
    page.get_by_role("button", name="Finish").click()
    expect(page).to_have_url(re.compile("/account$"))
    page.get_by_role("link", name="Make new ones").click()
    page.get_by_role("button", name="Make ten new codes").click()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    sign_out(page)

    sign_in(page, Role.REVIEWER)
    page.get_by_label("A code from my authenticator app").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Code").fill(code(key, 1))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/review$"))
    sign_out(page)

    sign_in(page, Role.REVIEWER)
    page.get_by_label("A passkey").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery Code").fill(codes[3])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/review$"))


OPEN_PAGES = ("/login", "/recover", "/confirm", "/check-mail", "/login/passkey")
OWN_PAGES = (
    "/account", "/account/password", "/account/authenticator", "/account/passkeys", "/account/recovery-codes",
    "/account/browsers", "/account/tokens", "/account/verify", "/owner/people", "/owner/audit",
)  # fmt: skip


def test_every_page_about_accounts_can_be_read_and_operated_by_everybody(app: Flask, page: Page) -> None:
    app.test_client().post("/recover", data={"email": "worker@example.org"})
    wrong = []
    for address in (*OPEN_PAGES, link_in(app, "worker@example.org")):
        page.goto(address)
        wrong += offences(page)
    sign_in(page)
    page.goto("/account/tokens")
    page.get_by_label("What is it for?").fill("a script with a rather long name, as names are")
    page.get_by_label(re.compile("^read")).check()
    page.get_by_role("button", name="Make the token").click()
    wrong += offences(page)
    for address in OWN_PAGES:
        page.goto(address)
        wrong += offences(page)
    assert wrong == []
