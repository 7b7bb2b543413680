"""The pages for looking around: home, listings, search, products."""

from urllib.parse import urlencode

from flask import Response, abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import public

from . import bp, cart, listing
from .catalogue import CATEGORIES, COLORS, PRODUCTS, STORES, TASKS, Product, reviews_of, similar_to
from .pictures import VIEWS, shades


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """The shop's window. `?task=` names one of the practice tasks, which is then shown on top."""
    products = list(PRODUCTS.values())
    return render_template(
        "practice_shop/home.html",
        task=TASKS.get(request.args.get("task", "")),
        loved=sorted(products, key=lambda product: (-product.rating, -product.reviews))[:4],
        reduced=[product for product in products if product.was][:4],
        faces={slug: next(p for p in products if p.category == slug) for slug in CATEGORIES},
    )


@bp.get("/c/<category>")
@public
def shelf(category: str) -> ResponseReturnValue:
    """One category; "all" is the whole shop."""
    if category == "all":
        return _listing(None, "Everything we make", "The whole shop on one shelf.")
    if category not in CATEGORIES:
        abort(404)
    return _listing(category, CATEGORIES[category].name, CATEGORIES[category].intro)


@bp.get("/search")
@public
def search() -> ResponseReturnValue:
    """The products that fit some words."""
    text = " ".join(request.args.get("q", "").split())[: listing.LONGEST_SEARCH]
    return _listing(None, f"Results for “{text}”" if text else "Search", "")


@bp.get("/suggest")
@public
def suggest() -> ResponseReturnValue:
    """Products to offer under the search box: `{"suggestions": [{"label", "shelf", "url"}]}`."""
    return jsonify(
        suggestions=[
            {
                "label": product.name,
                "shelf": CATEGORIES[product.category].name,
                "url": url_for(".product", slug=product.slug),
            }
            for product in listing.suggestions(request.args.get("q", ""))
        ]
    )


@bp.get("/p/<slug>")
@public
def product(slug: str) -> ResponseReturnValue:
    """A product; `?color=` and `?size=` choose the variant."""
    return product_page(product_or_404(slug), request.args.get("color", ""), request.args.get("size", ""))


@bp.get("/picture/<slug>/<color>/<view>.svg")
@public
def picture(slug: str, color: str, view: str) -> ResponseReturnValue:
    """The drawing of a product in one of its colors."""
    shown = product_or_404(slug)
    if color not in shown.colors or view not in VIEWS:
        abort(404)
    drawing = render_template(
        "practice_shop/picture.svg", product=shown, view=view, **shades(COLORS[color].hex, shown.category)
    )
    return Response(drawing, mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=3600"})


def product_or_404(slug: str) -> Product:
    """The product by that name in addresses. Aborts with 404 when there is none."""
    return PRODUCTS.get(slug) or abort(404)


def product_page(shown: Product, color: str, size: str, problem: str = "") -> tuple[str, int]:
    """The page of a product with this variant chosen; a choice that does not exist counts as none."""
    color = color if color in shown.colors else shown.colors[0] if len(shown.colors) == 1 else ""
    size = size if size in shown.size_list else ""
    page = render_template(
        "practice_shop/product.html",
        product=shown,
        color=color,
        size=size,
        problem=problem,
        views=VIEWS,
        price=shown.cost(size or None),
        category=CATEGORIES[shown.category],
        reviews=reviews_of(shown),
        similar=similar_to(shown),
        stock=[STORES[store] for store in shown.stores],
        most=cart.MOST_OF_ONE,
    )
    return page, 422 if problem else 200


def _listing(category: str | None, heading: str, intro: str) -> ResponseReturnValue:
    wish = listing.read(request.args)
    page = listing.find(wish, category)
    shelf_products = [shown for shown in PRODUCTS.values() if category in (None, shown.category)]
    # The script asks with this header for the results alone. They must never be taken for the page
    # itself when the visitor comes back to the same address, hence no-store.
    part = request.headers.get("X-Fragment") == "results"
    body = render_template(
        f"practice_shop/{'_results' if part else 'listing'}.html",
        wish=wish,
        page=page,
        heading=heading,
        intro=intro,
        category=category,
        sorts=listing.SORTS,
        sizes=listing.sizes_in(shelf_products),
        colors=listing.colors_in(shelf_products),
        option=CATEGORIES[category].option if category else "Size",
        to_page=_to_page,
    )
    status = 422 if wish.problems else 404 if page.number > page.pages else 200
    headers = {"Vary": "X-Fragment"} | ({"Cache-Control": "no-store"} if part else {})
    return body, status, headers


def _to_page(number: int) -> str:
    """The address of another page of the same results."""
    asked = request.args.to_dict(flat=False) | {"page": [str(number)]}
    return f"{request.path}?{urlencode(asked, doseq=True)}"
