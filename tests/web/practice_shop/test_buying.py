"""Cart and checkout of the practice shop."""

import logging

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer

from blueprints.pages.practice_shop.catalogue import BRAND, PRODUCTS
from blueprints.pages.practice_shop.checkout import is_card
from tests.web.practice_shop.support import BUYER, CARD, CVC, PASSWORD, RING, SECRET, SHOP, Form, add, refused


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
