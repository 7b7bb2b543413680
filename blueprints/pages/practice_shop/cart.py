"""The cart and what was last ordered: signed cookies of the visitor's own, no database."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import msgspec
from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from .catalogue import COLORS, PRODUCTS, STORES, Product

MOST_LINES = 15  # a cookie holds 4 KB
MOST_OF_ONE = 9
PROMOS = {"WELCOME10": "10% off your order", "FREESHIP": "free standard shipping"}
SHIPPING = {
    "standard": "Standard, 3 to 5 days",
    "express": "Express, next day",
    "pickup": "Pick up in a store",
}
_STANDARD, _EXPRESS, _FREE_FROM = 595, 1495, 5000
_CART, _ORDER, _PATH = "practice_cart", "practice_order", "/practice-shop"


class Refused(Exception):
    """A wish about the cart that cannot be fulfilled; the text is for the visitor."""


class Line(msgspec.Struct, array_like=True):
    """One variant in the cart."""

    slug: str
    color: str
    size: str
    quantity: int

    @property
    def product(self) -> Product:
        """What is in this line."""
        return PRODUCTS[self.slug]

    @property
    def key(self) -> str:
        """The name of the line in forms."""
        return f"{self.slug}|{self.color}|{self.size}"

    @property
    def choice(self) -> str:
        """The variant in words."""
        return " · ".join(filter(None, [COLORS[self.color].name, self.size]))

    @property
    def cents(self) -> int:
        """The price of the whole line."""
        return self.product.cost(self.size) * self.quantity


@dataclass(frozen=True)
class Totals:
    """The sums of an order, in cents."""

    goods: int
    discount: int
    shipping: int

    @property
    def total(self) -> int:
        """What is to be paid."""
        return self.goods - self.discount + self.shipping


@dataclass
class Cart:
    """What the visitor has gathered so far."""

    lines: list[Line] = field(default_factory=list)
    promo: str = ""
    store: str = ""

    @property
    def count(self) -> int:
        """The number of pieces."""
        return sum(line.quantity for line in self.lines)

    def totals(self, shipping: str = "standard") -> Totals:
        """The sums, shipped this way."""
        goods = sum(line.cents for line in self.lines)
        discount = goods // 10 if self.promo == "WELCOME10" else 0
        free = self.promo == "FREESHIP" or goods - discount >= _FREE_FROM or not goods
        cost = {"standard": 0 if free else _STANDARD, "express": _EXPRESS, "pickup": 0}[shipping]
        return Totals(goods, discount, cost)

    def add(self, product: Product, color: str, size: str, quantity: int) -> Line:
        """Put a variant in. Raises Refused for one that is incomplete, sold out or too many."""
        if color not in product.colors:
            raise Refused("Please choose a color.")
        if product.size_list and size not in product.size_list:
            raise Refused(f"Please choose a {product.option_name.lower()}.")
        size = size if product.size_list else ""
        if not product.available(color, size):
            raise Refused("That combination is sold out. Please choose another color or size.")
        line = next((line for line in self.lines if line.key == f"{product.slug}|{color}|{size}"), None)
        if line is None and len(self.lines) >= MOST_LINES:
            raise Refused(f"A cart holds up to {MOST_LINES} different items.")
        if quantity + (line.quantity if line else 0) > MOST_OF_ONE:
            raise Refused(f"You can order up to {MOST_OF_ONE} of one item.")
        if line is None:
            line = Line(product.slug, color, size, 0)
            self.lines.append(line)
        line.quantity += quantity
        return line

    def change(self, key: str, quantity: int) -> Line:
        """Set the number of pieces of a line; 0 takes it out. Raises Refused for an unknown line."""
        for line in self.lines:
            if line.key == key:
                line.quantity = quantity
                self.lines = [kept for kept in self.lines if kept.quantity]
                return line
        raise Refused("That item is no longer in your cart.")


def quantity_in(text: str, least: int) -> int:
    """A typed number of pieces. Raises Refused unless it lies between `least` and MOST_OF_ONE."""
    if len(text) == 1 and text in "0123456789" and int(text) >= least:
        return int(text)
    raise Refused(f"Please choose a quantity between {least} and {MOST_OF_ONE}.")


def load() -> Cart:
    """The visitor's cart. A forged cookie counts as empty; lines of what is no longer sold are left out."""
    try:
        lines, promo, store = msgspec.convert(_unsigned(_CART), tuple[list[Line], str, str])
    except msgspec.ValidationError:
        return Cart()
    return Cart([line for line in lines if line.slug in PRODUCTS], promo, store if store in STORES else "")


def save(cart: Cart, response: Response) -> None:
    """Send the cart back with this response."""
    _send(response, _CART, [msgspec.to_builtins(cart.lines), cart.promo, cart.store])


def place(cart: Cart, first_name: str, shipping: str, response: Response) -> str:
    """Turn the cart into an order and empty it; gives the order's number. Keeps no more of the buyer."""
    number = new_number()
    pieces, total = cart.count, cart.totals(shipping).total
    _send(response, _ORDER, [number, first_name, pieces, total, shipping])
    save(Cart(store=cart.store), response)
    return number


def new_number() -> str:
    """A fresh order number, such as QM-48213907."""
    return f"QM-{secrets.randbelow(90_000_000) + 10_000_000}"


@dataclass(frozen=True)
class Order:
    """What the confirmation shows; `total` is cents."""

    number: str
    first_name: str
    pieces: int
    total: int
    shipping: str


def last_order() -> Order | None:
    """The order this visitor placed last."""
    try:
        return Order(*msgspec.convert(_unsigned(_ORDER), tuple[str, str, int, int, str]))
    except msgspec.ValidationError:
        return None


def _signer(cookie: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=cookie)


def _unsigned(cookie: str) -> Any:
    try:
        return _signer(cookie).loads(request.cookies.get(cookie, ""))
    except BadSignature:
        return None


def _send(response: Response, cookie: str, value: list[Any]) -> None:
    response.set_cookie(
        cookie,
        str(_signer(cookie).dumps(value)),
        path=_PATH,
        max_age=14 * 86_400,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
