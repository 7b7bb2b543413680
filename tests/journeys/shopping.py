"""What the worker really does in the practice shop, and what must be found of it in the data."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

# None of this may ever be found anywhere.
EMAIL = "quentin.secretive@mailbox.example"
PASSWORD = "Zebra-Quartz-9417"
CARD = "4242 4242 4242 4242"
PHONE = "(206) 555-0172"
STREET = "4711 Confidential Crescent"
NAME = "Quentin Secretive"

FIELDS = {
    "E-mail": EMAIL, "Password": PASSWORD, "Full name": NAME, "Street": STREET, "City": "Seattle", "ZIP": "98101",
    "Phone": PHONE, "Card number": CARD, "Expir": "12/29", "CVC|Security code": "847",
}  # fmt: skip
"""What is typed at the checkout, by a pattern of the field's label."""

SECRETS = (
    EMAIL, "quentin.secretive", "quentin.secretive%40mailbox", PASSWORD, CARD, CARD.replace(" ", ""),
    PHONE, "2065550172", STREET, NAME,
)  # fmt: skip
"""What no file, table or message may hold."""


@dataclass(frozen=True)
class Done:
    """One thing that was done, and the annotation that must tell of it."""

    action_type: str
    text: str
    """Part of the element's text, or of the value for what was typed or chosen."""
    path: str
    """Part of the page's address."""


def shop(page: Page) -> list[Done]:
    """Look for jeans, choose, try the odd corners of a page, and order. Returns what was done, in order."""
    return [*search(page), *choose(page), *look_around(page), *order(page)]


def search(page: Page) -> list[Done]:
    """Type with corrections, press Enter, filter without a page load, scroll."""
    box = page.get_by_label("Search the shop")
    box.click()
    box.press_sequentially("bleu", delay=70)
    for _ in range(2):
        box.press("Backspace")
    box.press_sequentially("ue jeans", delay=70)
    box.press("Enter")
    expect(page).to_have_url(re.compile("q=blue"))
    page.wait_for_timeout(800)
    for _ in range(5):
        page.mouse.wheel(0, 120)
        page.wait_for_timeout(150)
    page.wait_for_timeout(1200)
    # By the keyboard: Playwright's own select_option makes an event that no person made, and those are no steps.
    page.get_by_label("Sort by").press("ArrowDown")
    expect(page).to_have_url(re.compile("sort="))
    page.wait_for_timeout(700)
    return [
        Done("TYPE", "blue jeans", "/practice-shop/"),
        Done("ENTER", "", "/practice-shop/"),
        Done("SCROLL", "", "q=blue"),
        Done("SELECT", "Price: low to high", "q=blue"),
    ]


def choose(page: Page) -> list[Done]:
    """Open a product, take a variant, put it into the cart."""
    name = page.locator(".tile_name__c").first
    title = name.inner_text()
    name.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.wait_for_timeout(900)
    page.locator("label.swatch_q4").first.click()
    page.wait_for_timeout(600)
    size = page.locator("label.chip:not(.gone)").nth(1)
    size_text = size.inner_text().strip()
    size.click()
    page.wait_for_timeout(700)
    page.get_by_test_id("add-to-cart").click()
    page.locator("#added").get_by_role("button", name="Continue shopping").click()
    page.wait_for_timeout(500)
    return [
        Done("CLICK", title, "q=blue"),
        Done("CLICK|CHECK", "", "/practice-shop/"),
        Done("CLICK|CHECK", size_text, "/practice-shop/"),
        Done("CLICK", "Add to cart", "/practice-shop/"),
        Done("CLICK", "Continue shopping", "/practice-shop/"),
    ]


def look_around(page: Page) -> list[Done]:
    """A component in shadow DOM, a form in a frame, a link that opens a new tab."""
    page.locator("quill-rating").scroll_into_view_if_needed()
    page.get_by_role("button", name="4 stars", exact=True).click()
    page.wait_for_timeout(900)
    frame = page.frame_locator("iframe.frame_s9")
    frame.get_by_label("ZIP code").fill("98101")
    frame.get_by_role("button", name="Find stores").click()
    expect(frame.get_by_role("status")).to_contain_text("98101")
    page.wait_for_timeout(800)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Size guide in a new tab").click()
    guide = opened.value
    guide.wait_for_load_state()
    guide.wait_for_timeout(1000)
    guide.close()
    page.bring_to_front()
    page.wait_for_timeout(600)
    return [
        Done("CLICK", "4 stars|☆|★", "/practice-shop/"),
        Done("CLICK", "Find stores", "/practice-shop/stores"),
        Done("CLICK", "Size guide in a new tab", "/practice-shop/"),
        Done("TAB_OPENED", "", ""),
        Done("TAB_CLOSED", "", ""),
    ]


def order(page: Page) -> list[Done]:
    """Fill the checkout with private things and place the order."""
    page.get_by_test_id("cart-link").click()
    page.get_by_test_id("checkout").click()
    for label, text in FIELDS.items():
        field = page.locator("#checkout").get_by_label(re.compile(label, re.IGNORECASE)).first
        field.click()
        field.press_sequentially(text, delay=15)
    state = page.locator("#checkout #state")
    if state.evaluate("field => field.tagName") == "SELECT":
        state.select_option("WA")
    else:
        state.fill("WA")
    page.wait_for_timeout(500)
    page.get_by_test_id("place-order").click()
    expect(page.get_by_test_id("order-number")).to_be_visible()
    page.wait_for_timeout(1000)
    return [
        Done("CLICK", "Cart", "/practice-shop/"),
        Done("CLICK", "Go to checkout", "/practice-shop/cart"),
        Done("TYPE", "[email]", "/practice-shop/checkout"),
        Done("TYPE", "[password]", "/practice-shop/checkout"),
        Done("TYPE", "[card]", "/practice-shop/checkout"),
        Done("CLICK", "Place order", "/practice-shop/checkout"),
    ]


def missing(done: list[Done], annotations: list[dict[str, object]]) -> list[Done]:
    """What was done and is not told of, in this order, by the annotations."""
    rest = iter(annotations)
    return [step for step in done if not any(_tells(annotation, step) for annotation in rest)]


def _tells(annotation: dict[str, object], step: Done) -> bool:
    said = f"{annotation['element_text']}\n{annotation['value']}"
    return (
        annotation["action_type"] in step.action_type.split("|")
        and any(text in said for text in step.text.split("|"))
        and step.path in str(annotation["page_url"])
    )
