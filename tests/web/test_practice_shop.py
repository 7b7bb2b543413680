"""The practice shop, alone in a bare application: it needs nothing of the rest."""

import html
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from blueprints.pages import practice_shop
from blueprints.pages.practice_shop import bp
from blueprints.pages.practice_shop.catalogue import BRAND, CATEGORIES, COLORS, PRODUCTS, STORES, TASKS
from blueprints.pages.practice_shop.checkout import is_card
from blueprints.pages.practice_shop.pictures import VIEWS

SHOP, SECRET = "/practice-shop", "only for this test"
Form = dict[str, str]
FOLDER = Path(practice_shop.__file__).parent
RING = {"product": "aurelia-halo-ring", "color": "gold", "size": "7", "quantity": "1"}
CARD, PASSWORD, CVC = "4111 1111 1111 1111", "correct-horse-9", "739"
BUYER = {
    "email": "mia@buyer.test",
    "password": PASSWORD,
    "name": "Mia Tester",
    "street": "1 Elm Street",
    "apartment": "",
    "city": "Seattle",
    "state": "WA",
    "zip": "98101",
    "phone": "(206) 555-0100",
    "shipping": "standard",
    "store": "",
    "card_number": CARD,
    "card_expiry": "12/39",
    "card_cvc": CVC,
}


@pytest.fixture
def shop() -> Iterator[FlaskClient]:
    app = Flask(__name__)
    app.secret_key = SECRET
    app.config["MAX_CONTENT_LENGTH"] = 500_000
    app.register_blueprint(bp)
    with app.test_client() as client:
        yield client


def add(shop: FlaskClient, **other: str) -> None:
    assert shop.post(f"{SHOP}/cart/add", data=RING | other).status_code == 303


def refused(answer: TestResponse, sentence: str) -> bool:
    return answer.status_code == 422 and sentence in answer.text


def names(page: str) -> list[str]:
    return re.findall(r'data-product="([^"]+)"', page)


def test_the_catalogue_is_large_enough_and_only_speaks_of_what_exists() -> None:
    assert len(CATEGORIES) == 6
    assert len(PRODUCTS) >= 36
    for product in PRODUCTS.values():
        assert product.colors, product.slug
        assert set(product.colors) <= set(COLORS), product.slug
        assert set(product.stores) <= set(STORES), product.slug
        assert set(product.extra) <= set(product.size_list), product.slug
        variants = {f"{color} {size}" for color in product.colors for size in product.size_list}
        assert set(product.sold_out) <= variants, product.slug


def test_every_page_answers_and_has_a_title_of_its_own(shop: FlaskClient) -> None:
    add(shop)
    paths = ["/", "/c/all", "/c/shoes?page=2", "/search?q=jeans", "/stores", "/cart", "/checkout"]
    paths += [f"/{kind}/{slug}" for slug in CATEGORIES for kind in ("c", "size-guide", "stories")]
    paths += [f"/p/{slug}" for slug in PRODUCTS]
    titles = []
    for path in paths:
        answer = shop.get(SHOP + path)
        assert answer.status_code == 200, path
        titles += re.findall(r"<title>(.*?)</title>", answer.text)
    assert len(set(titles)) == len(titles)
    assert all(text.endswith(f" · {BRAND}") for text in titles)


@pytest.mark.parametrize("view", VIEWS)
def test_every_product_is_drawn_in_every_color(shop: FlaskClient, view: str) -> None:
    for product in PRODUCTS.values():
        for color in product.colors:
            answer = shop.get(f"{SHOP}/picture/{product.slug}/{color}/{view}.svg")
            assert answer.status_code == 200
            assert answer.mimetype == "image/svg+xml"
            assert COLORS[color].hex in answer.text


def test_no_template_needs_an_inline_script_an_inline_style_or_another_host() -> None:
    for template in FOLDER.glob("templates/**/*.*"):
        text = template.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\bsrc=)", text), template.name
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", text), template.name


@pytest.mark.parametrize(
    ("task", "path"),
    [
        ("dress-shoes", "/search?q=black+dress+shoes&max=100&size=10"),
        ("college-laptop", "/search?q=college+laptop&max=800"),
        ("mothers-gift", "/search?q=gift+mother&max=50"),
        ("seattle-jeans", "/c/jeans?size=32&color=indigo&max=80&pickup=1&store=seattle-pike"),
        ("work-dress", "/search?q=professional+petite+work+dress&max=100"),
        ("anniversary", "/search?q=anniversary&min=200&max=300"),
        ("running-shoes", "/search?q=running+shoes+women+flat+feet&max=150&pickup=1"),
    ],
)
def test_every_practice_task_can_be_fulfilled(shop: FlaskClient, task: str, path: str) -> None:
    assert html.escape(TASKS[task]).replace("&#x27;", "&#39;") in shop.get(f"{SHOP}/?task={task}").text
    assert names(shop.get(SHOP + path).text)


def test_filters_leave_only_what_fits_and_sorting_orders_it(shop: FlaskClient) -> None:
    page = shop.get(f"{SHOP}/c/shoes?color=black&max=80&sort=price-desc")
    found = [PRODUCTS[slug] for slug in names(page.text)]
    assert found
    assert all("black" in product.colors and product.price <= 8000 for product in found)
    assert [product.price for product in found] == sorted((product.price for product in found), reverse=True)


def test_a_sold_out_variant_is_not_found_by_its_size_and_color(shop: FlaskClient) -> None:
    assert "foundry-straight-jean" in names(shop.get(f"{SHOP}/c/jeans?size=32&color=indigo").text)
    assert "foundry-straight-jean" not in names(shop.get(f"{SHOP}/c/jeans?size=32&color=sky").text)


def test_the_script_gets_the_results_alone_and_they_are_never_stored(shop: FlaskClient) -> None:
    part = shop.get(f"{SHOP}/c/jeans?color=sky", headers={"X-Fragment": "results"})
    assert "<html" not in part.text
    assert names(part.text) == names(shop.get(f"{SHOP}/c/jeans?color=sky").text)
    assert part.headers["Cache-Control"] == "no-store"
    assert part.headers["Vary"] == "X-Fragment"


def test_page_links_keep_the_filters(shop: FlaskClient) -> None:
    page = shop.get(f"{SHOP}/c/all?sort=price-asc&rating=4").text
    assert "/c/all?sort=price-asc&amp;rating=4&amp;page=2" in page


def test_suggestions_name_products_and_their_pages(shop: FlaskClient) -> None:
    first = shop.get(f"{SHOP}/suggest?q=oxford").json["suggestions"][0]  # type: ignore[index]
    page = f"{SHOP}/p/harrow-cap-toe-oxford"
    assert first == {"label": "Harrow Cap-Toe Oxford", "shelf": "Shoes", "url": page}
    assert shop.get(f"{SHOP}/suggest?q=").json == {"suggestions": []}


def test_the_chosen_size_changes_the_price(shop: FlaskClient) -> None:
    assert ">$649.00</strong>" in shop.get(f"{SHOP}/p/kestrin-campus-14").text
    assert ">$769.00</strong>" in shop.get(f"{SHOP}/p/kestrin-campus-14?size=16+GB+/+512+GB").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"color": ""}, "Please choose a color."),
        ({"size": ""}, "Please choose a length or ring size."),
        ({"size": "99"}, "Please choose a length or ring size."),
        ({"quantity": "-1"}, "between 1 and 9."),
        ({"quantity": "0"}, "between 1 and 9."),
        ({"quantity": "١"}, "between 1 and 9."),
        ({"quantity": "9" * 10_000}, "between 1 and 9."),
        ({"product": "meridian-chain-bracelet", "color": "silver", "size": "6.5 in"}, "sold out"),
    ],
)
def test_nothing_incomplete_is_put_in_the_cart(shop: FlaskClient, wrong: Form, sentence: str) -> None:
    assert refused(shop.post(f"{SHOP}/cart/add", data=RING | wrong), sentence)
    scripted = shop.post(f"{SHOP}/cart/add", data=RING | wrong, headers={"Accept": "application/json"})
    assert scripted.is_json
    assert refused(scripted, sentence)
    assert "There is nothing in it yet" in shop.get(f"{SHOP}/cart").text


def test_quantity_removal_and_promo_change_the_sums(shop: FlaskClient) -> None:
    add(shop)
    line = {"line": "aurelia-halo-ring|gold|7"}
    assert shop.post(f"{SHOP}/cart/line", data=line | {"quantity": "2"}).status_code == 303
    assert "$570.00" in shop.get(f"{SHOP}/cart").text
    assert shop.post(f"{SHOP}/cart/promo", data={"code": "nonsense"}).status_code == 422
    shop.post(f"{SHOP}/cart/promo", data={"code": "welcome10"})
    assert "$513.00" in shop.get(f"{SHOP}/cart").text
    assert shop.post(f"{SHOP}/cart/line", data=line | {"quantity": "-3"}).status_code == 422
    shop.post(f"{SHOP}/cart/line", data=line | {"quantity": "0"})
    assert "There is nothing in it yet" in shop.get(f"{SHOP}/cart").text


def test_a_forged_cart_counts_as_empty(shop: FlaskClient) -> None:
    shop.set_cookie("practice_cart", 'WzEsMl0.forged"', path=SHOP)
    assert "There is nothing in it yet" in shop.get(f"{SHOP}/cart").text


def test_the_largest_cart_fits_into_its_cookie(shop: FlaskClient) -> None:
    product = "kestrin-campus-16"
    for slug, shown in [(slug, p) for slug, p in PRODUCTS.items() if slug != product and p.size_list][:15]:
        variants = [(c, s) for c in shown.colors for s in shown.size_list if shown.available(c, s)]
        color, size = max(variants, key=lambda variant: len("".join(variant)))
        add(shop, product=slug, color=color, size=size, quantity="9")
    cookie = shop.get_cookie("practice_cart", path=SHOP)
    assert len(cookie.value if cookie else "") in range(1, 3500)
    one_more = RING | {"product": product, "color": "black", "size": "32 GB / 1 TB"}
    assert refused(shop.post(f"{SHOP}/cart/add", data=one_more), "up to 15 different items")


def test_an_order_is_confirmed_by_its_number_and_empties_the_cart(shop: FlaskClient) -> None:
    add(shop)
    answer = shop.post(f"{SHOP}/checkout", data=BUYER)
    assert answer.status_code == 303
    page = shop.get(answer.headers["Location"]).text
    number = answer.headers["Location"].rpartition("/")[2]
    assert number in page
    assert all(said in page for said in ("Thank you, Mia!", "sent to your e-mail", "$285.00"))
    assert "There is nothing in it yet" in shop.get(f"{SHOP}/cart").text
    assert shop.get(f"{SHOP}/order/QM-10000000").status_code == 404


def test_card_and_password_are_neither_shown_logged_nor_kept(
    shop: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    add(shop)
    again = shop.post(f"{SHOP}/checkout", data=BUYER | {"zip": "nowhere"})
    assert refused(again, 'value="Mia Tester"')
    shown = shop.get(shop.post(f"{SHOP}/checkout", data=BUYER).headers["Location"])
    for secret in (CARD, CARD.replace(" ", ""), PASSWORD, "12/39"):
        assert not any(secret in text for text in (again.text, shown.text, caplog.text)), secret
    assert CVC not in again.text
    assert BUYER["email"] not in shown.text
    kept = shop.get_cookie("practice_order", path=SHOP)
    assert kept
    order = URLSafeSerializer(SECRET, salt="practice_order").loads(kept.value)
    assert order[1:] == ["Mia", 1, 28500, "standard"]


def test_a_card_number_in_a_wrong_field_is_not_shown_again(shop: FlaskClient) -> None:
    add(shop)
    answer = shop.post(f"{SHOP}/checkout", data=BUYER | {"name": CARD, "email": CARD, "apartment": CARD})
    assert refused(answer, "This looks like a card number")
    assert CARD not in answer.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "mia"}, "enter an e-mail address"),
        ({"name": "   "}, "Please enter your name."),
        ({"state": "XX"}, "Not a valid choice"),
        ({"zip": "123"}, "Please enter a ZIP code of five digits."),
        ({"phone": "call me"}, "enter a phone number"),
        ({"password": "short"}, "at least 8 characters"),
        ({"shipping": "pickup"}, "choose the store"),
        ({"shipping": "teleport"}, "Not a valid choice"),
        ({"card_number": "4111 1111 1111 1112"}, "card number does not look right"),
        ({"card_expiry": "01/20"}, "card has expired"),
        ({"card_expiry": "13/39"}, "date as MM/YY"),
        ({"card_cvc": "12"}, "3 or 4 digits"),
        ({"street": "x" * 50_000}, "Please use 120 characters at most."),
    ],
)
def test_the_checkout_says_which_field_is_wrong(shop: FlaskClient, wrong: Form, sentence: str) -> None:
    add(shop)
    assert refused(shop.post(f"{SHOP}/checkout", data=BUYER | wrong), sentence)
    assert "Items (1)" in shop.get(f"{SHOP}/cart").text


def test_an_empty_cart_leads_back_from_the_checkout(shop: FlaskClient) -> None:
    assert shop.get(f"{SHOP}/checkout").headers["Location"] == f"{SHOP}/cart"
    assert shop.post(f"{SHOP}/checkout", data=BUYER).headers["Location"] == f"{SHOP}/cart"


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("4111111111111111", True),
        ("3782-822463-10005", True),
        ("4111.1111.1111.1111", True),
        ("4111111111111112", False),
        ("411111111111", False),
        ("", False),
        ("٤١١١١١١١١١١١١١١١", False),
    ],
)
def test_a_card_number_is_known_by_its_check_digit(text: str, card: bool) -> None:
    assert is_card(text) is card


def test_the_store_finder_works_inside_its_frame(shop: FlaskClient) -> None:
    page = shop.get(f"{SHOP}/stores?product=linen-journal&zip=98107").text
    assert page.index("Ballard Yard") < page.index("Pike Corner")
    assert "<footer" not in page
    choice = {"product": "linen-journal", "zip": "98107", "store": "seattle-ballard"}
    chosen = shop.post(f"{SHOP}/stores", data=choice)
    assert "Your store" in shop.get(chosen.headers["Location"]).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/p/unknown", 404),
        ("/c/unknown", 404),
        ("/no/such/page", 404),
        ("/order/x", 404),
        ("/stories/x", 404),
        ("/size-guide/x", 404),
        ("/picture/linen-journal/plaid/front.svg", 404),
        ("/picture/linen-journal/navy/back.svg", 404),
        ("/c/shoes?page=99", 404),
        ("/c/shoes?min=cheap", 422),
        ("/c/shoes?max=-5", 422),
        ("/c/shoes?min=1e9", 422),
        ("/c/shoes?min=²", 422),
        ("/c/shoes?min=90&max=10", 422),
        ("/c/shoes?sort=up", 422),
        ("/c/shoes?page=-1", 422),
        ("/c/shoes?page=²", 422),
        ("/c/shoes?rating=9", 422),
        ("/c/shoes?store=mars", 422),
        ("/c/shoes?color=plaid", 422),
        ("/search?q=" + "x" * 5_000, 422),
        ("/stores?zip=abc", 422),
        ("/stores?zip=" + "9" * 5_000, 422),
        ("/search?q=%00%27%22%3Cscript%3E", 200),
        ("/suggest?q=" + "x" * 5_000, 200),
        ("/?task=unknown", 200),
        ("/p/linen-journal?size=" + "x" * 5_000, 200),
        ("/c/shoes?_external=1&category=x&page=1", 200),
    ],
)
def test_bad_addresses_get_a_friendly_page_and_status(shop: FlaskClient, path: str, status: int) -> None:
    answer = shop.get(SHOP + path)
    assert answer.status_code == status
    assert "<script>" not in answer.text
    if answer.mimetype == "text/html":
        assert f"· {BRAND}</title>" in answer.text


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/cart/add", {"product": "unknown"}, 404),
        ("/cart/add", {}, 404),
        ("/cart/line", {"line": "x|y|z", "quantity": "1"}, 422),
        ("/cart/line", {}, 422),
        ("/cart/promo", {"code": "x" * 50_000}, 422),
        ("/stores", {"store": "mars"}, 422),
        ("/cart/add", {"product": "x" * 600_000}, 413),
        ("/cart/add", b"product=%ff\xff", 404),
    ],
)
def test_bad_forms_get_a_friendly_page_and_status(
    shop: FlaskClient, path: str, data: Form | bytes, status: int
) -> None:
    answer = shop.post(SHOP + path, data=data, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == status
    assert f"· {BRAND}</title>" in answer.text
