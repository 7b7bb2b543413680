"""What the shop sells: read once from `data/*.toml`, never changed while the server runs."""

from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

BRAND = "Quillmere"
_DATA = Path(__file__).parent / "data"
_SHELVES = ("shoes", "jeans", "dresses", "jewelry", "laptops", "gifts")


class Color(msgspec.Struct, frozen=True):
    """A color; `words` are what people type when they mean it."""

    id: str
    name: str
    hex: str
    words: list[str]


class Store(msgspec.Struct, frozen=True):
    """A place to pick an order up; `zip` is its own five-digit ZIP code."""

    id: str
    name: str
    street: str
    city: str
    state: str
    zip: str
    hours: str


class Review(msgspec.Struct, frozen=True):
    """What a customer wrote, with 1 to 5 stars."""

    stars: int
    title: str
    text: str
    by: str


class Category(msgspec.Struct, frozen=True):
    """A shelf of the shop; `option` is what its sizes are called, `guide` the rows of the size guide."""

    name: str
    intro: str
    option: str
    sizes: list[str]
    guide_head: list[str]
    guide: list[list[str]]
    care: str
    story: str


class Product(msgspec.Struct, frozen=True, dict=True):
    """One product. Prices are cents; `extra` is the surcharge of a size; `fit` is -1 small, 0 true, 1 large.

    `sold_out` names combinations as "color size". `category` is filled in while reading.
    """

    slug: str
    name: str
    brand: str
    drawing: str
    price: int
    colors: list[str]
    rating: float
    reviews: int
    tags: list[str]
    stores: list[str]
    summary: str
    details: list[str]
    category: str = ""
    option: str = ""
    sizes: list[str] | None = None
    cut: str = ""
    was: int | None = None
    fit: int = 0
    extra: dict[str, int] = {}
    sold_out: list[str] = []

    @cached_property
    def size_list(self) -> list[str]:
        """The sizes to choose from; empty for a product that comes in one size."""
        return CATEGORIES[self.category].sizes if self.sizes is None else self.sizes

    @cached_property
    def option_name(self) -> str:
        """What a size is called here, such as "Waist"."""
        return self.option or CATEGORIES[self.category].option

    @cached_property
    def words(self) -> set[str]:
        """Every word by which a search finds this product."""
        colors = [f"{COLORS[color].name} {' '.join(COLORS[color].words)}" for color in self.colors]
        text = " ".join([self.name, self.brand, self.category, *self.tags, *colors, *self.size_list])
        return set(text.lower().replace(",", " ").replace("/", " ").split())

    def cost(self, size: str | None) -> int:
        """The price in cents in this size; without a size the lowest one."""
        return self.price + self.extra.get(size or "", 0)

    def available(self, color: str, size: str) -> bool:
        """Whether this combination can be ordered."""
        return f"{color} {size}".strip() not in self.sold_out


class _Shop(msgspec.Struct, frozen=True):
    color: list[Color]
    store: list[Store]
    tasks: dict[str, str]


class _Shelf(msgspec.Struct, frozen=True):
    category: Category
    review: list[Review]
    product: list[Product]


def _read(name: str, kind: Any) -> Any:
    return msgspec.toml.decode((_DATA / f"{name}.toml").read_bytes(), type=kind)


_shop: _Shop = _read("shop", _Shop)
_shelves: dict[str, _Shelf] = {slug: _read(slug, _Shelf) for slug in _SHELVES}

COLORS = {color.id: color for color in _shop.color}
STORES = {store.id: store for store in _shop.store}
TASKS = _shop.tasks
CATEGORIES = {slug: shelf.category for slug, shelf in _shelves.items()}
PRODUCTS = {
    product.slug: msgspec.structs.replace(product, category=slug)
    for slug, shelf in _shelves.items()
    for product in shelf.product
}


def reviews_of(product: Product) -> list[Review]:
    """Three reviews from the product's shelf, always the same three for one product."""
    pool = _shelves[product.category].review
    start = len(product.slug) % len(pool)
    return [pool[(start + step) % len(pool)] for step in range(3)]


def similar_to(product: Product, count: int = 4) -> list[Product]:
    """Other products of the shelf, those with the most tags in common first."""
    others = [other for other in PRODUCTS.values() if other.category == product.category and other.slug != product.slug]
    return sorted(others, key=lambda other: -len(set(other.tags) & set(product.tags)))[:count]


def stores_near(zip_code: str) -> list[Store]:
    """All stores, those with the closest ZIP code first."""
    return sorted(STORES.values(), key=lambda store: abs(int(store.zip) - int(zip_code)))
