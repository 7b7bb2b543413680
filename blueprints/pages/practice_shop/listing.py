"""What a listing shows: read from the address, filtered, sorted, cut into pages."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from .catalogue import COLORS, PRODUCTS, STORES, Product

PER_PAGE = 9
LONGEST_SEARCH = 80
SORTS = {
    "featured": "Featured",
    "price-asc": "Price: low to high",
    "price-desc": "Price: high to low",
    "rating": "Customer rating",
    "name": "Name: A to Z",
}
_FILLERS = {"a", "an", "and", "for", "from", "in", "of", "size", "the", "to", "under", "with"}
_MOST_CENTS = 10_000_000


@dataclass
class Wish:
    """What the visitor asked for. `problems` are sentences about what was not understood and is ignored."""

    text: str = ""
    sizes: list[str] = field(default_factory=list)
    colors: list[str] = field(default_factory=list)
    low: int | None = None
    high: int | None = None
    rating: int | None = None
    pickup: bool = False
    store: str = ""
    sort: str = "featured"
    page: int = 1
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """One page of results; `pages` is at least 1, `total` counts the products on all of them."""

    products: list[Product]
    total: int
    number: int
    pages: int


def read(args: MultiDict[str, str]) -> Wish:
    """The wish in a query string; what makes no sense is left out and named in `problems`."""
    wish = Wish(pickup=args.get("pickup") == "1")
    wish.text = " ".join(args.get("q", "").split())
    if len(wish.text) > LONGEST_SEARCH:
        wish.text = wish.text[:LONGEST_SEARCH]
        wish.problems.append(f"Searches can have {LONGEST_SEARCH} characters. We used the start of yours.")
    wish.sizes = args.getlist("size")[:20]
    wish.colors = [color for color in args.getlist("color") if color in COLORS]
    if len(wish.colors) < len(args.getlist("color")):
        wish.problems.append("We left out a color that we do not carry.")
    wish.low, wish.high = _cents(args, "min", wish), _cents(args, "max", wish)
    if wish.low is not None and wish.high is not None and wish.low > wish.high:
        wish.problems.append("The lowest price was above the highest one, so we swapped the two.")
        wish.low, wish.high = wish.high, wish.low
    rating = args.get("rating", "")
    if rating in ("3", "4"):
        wish.rating = int(rating)
    elif rating:
        wish.problems.append("Ratings can be filtered by 3 or 4 stars and up.")
    wish.store = args.get("store", "")
    if wish.store and wish.store not in STORES:
        wish.store = ""
        wish.problems.append("We do not have a store by that name.")
    wish.sort = args.get("sort") or "featured"
    if wish.sort not in SORTS:
        wish.sort = "featured"
        wish.problems.append("We do not know that order, so you see our featured one.")
    page = args.get("page") or "1"
    if page.isascii() and page.isdigit() and 1 <= len(page) <= 4 and int(page) > 0:
        wish.page = int(page)
    else:
        wish.problems.append("That page number made no sense to us, so you see the first page.")
    return wish


def find(wish: Wish, category: str | None) -> Page:
    """The products that fulfil a wish, within one category or in the whole shop."""
    shelf = [product for product in PRODUCTS.values() if category in (None, product.category)]
    found = [product for product in _matching(wish.text, shelf) if _fulfils(product, wish)]
    match wish.sort:
        case "price-asc":
            found.sort(key=lambda product: product.price)
        case "price-desc":
            found.sort(key=lambda product: -product.price)
        case "rating":
            found.sort(key=lambda product: (-product.rating, -product.reviews))
        case "name":
            found.sort(key=lambda product: product.name)
    pages = max(1, -(-len(found) // PER_PAGE))
    start = (wish.page - 1) * PER_PAGE
    return Page(found[start : start + PER_PAGE], len(found), wish.page, pages)


def suggestions(text: str, count: int = 6) -> list[Product]:
    """The products to offer while somebody types."""
    text = text[:LONGEST_SEARCH]
    return _matching(text, PRODUCTS.values())[:count] if len(text.strip()) > 1 else []


def sizes_in(products: Iterable[Product]) -> list[str]:
    """Every size of these products once, in the order of the shelves."""
    return list(dict.fromkeys(size for product in products for size in product.size_list))


def colors_in(products: Iterable[Product]) -> list[str]:
    """Every color of these products once, in the order of the palette."""
    carried = {color for product in products for color in product.colors}
    return [color for color in COLORS if color in carried]


def _cents(args: MultiDict[str, str], name: str, wish: Wish) -> int | None:
    text = args.get(name, "").strip().removeprefix("$").replace(",", "")
    if not text:
        return None
    dollars, _, rest = text.partition(".")
    if not (text.isascii() and dollars.isdigit() and (rest.isdigit() or not rest)) or len(text) > 9:
        wish.problems.append("We could not read one of the prices. Please write it as a number, such as 80.")
        return None
    return min(int(dollars) * 100 + int((rest + "00")[:2]), _MOST_CENTS)


def _matching(text: str, products: Iterable[Product]) -> list[Product]:
    """Products sharing the most words with the text: "blue jeans under $80" must not come back empty."""
    words = [word.strip("$.,'\"").lower() for word in text.split()]
    words = [word for word in words if word and word not in _FILLERS]
    products = list(products)
    if not words:
        return products
    scored = [(sum(_has(product, word) for word in words), product) for product in products]
    best = max((score for score, _ in scored), default=0)
    return [product for score, product in scored if score == best and best > 0]


def _has(product: Product, word: str) -> bool:
    # Sizes are short: "8" must not find "8.5 in", nor "s" every name that begins with it.
    if len(word) < 3:
        return word in product.words
    stem = word.removesuffix("s")
    return any(known.startswith(stem) for known in product.words)


def _fulfils(product: Product, wish: Wish) -> bool:
    in_store = wish.store in product.stores if wish.store else bool(product.stores)
    in_variant = any(
        product.available(color, size)
        for color in wish.colors or product.colors
        if color in product.colors
        for size in wish.sizes or product.size_list or [""]
        if size in (product.size_list or [""])
    )
    return (
        in_variant
        and (wish.low is None or product.price >= wish.low)
        and (wish.high is None or product.price <= wish.high)
        and (wish.rating is None or product.rating >= wish.rating)
        and (in_store or not wish.pickup)
    )
