"""What the tests of the practice shop share."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SHOP, SECRET = "/practice-shop", "only for this test"


Form = dict[str, str]


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


def add(shop: FlaskClient, **other: str) -> None:
    assert shop.post(f"{SHOP}/cart/add", data=RING | other).status_code == 303


def refused(answer: TestResponse, sentence: str) -> bool:
    return answer.status_code == 422 and sentence in answer.text


def names(page: str) -> list[str]:
    return re.findall(r'data-product="([^"]+)"', page)
