"""Stores, size guides, stories, and what every page of the shop shares."""

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound

from blueprints.access import public

from . import bp, cart
from .catalogue import BRAND, CATEGORIES, COLORS, PRODUCTS, STORES, stores_near

_SAID = {
    404: (
        "We looked on every shelf",
        "There is no such page in this shop. It may have moved, or the address has a typo.",
    ),
    413: (
        "That was a lot",
        "What you sent is larger than our counter. Nothing was changed; please try it shorter.",
    ),
}


@bp.get("/stores")
@public
def stores() -> ResponseReturnValue:
    """Stores near a ZIP code and whether they have a product; made to be embedded in the product page."""
    return _stores_page(request.args.get("zip", "").strip())


@bp.post("/stores")
@public
def choose_store() -> ResponseReturnValue:
    """Remember the visitor's store."""
    zip_code = request.form.get("zip", "")
    store = request.form.get("store", "")
    if store not in STORES:
        return _stores_page(zip_code, "We do not have a store by that name.")
    basket = cart.load()
    basket.store = store
    product = request.form.get("product", "")
    answer = make_response(
        redirect(
            url_for(
                ".stores", zip=zip_code if is_zip(zip_code) else None, product=product if product in PRODUCTS else None
            ),
            303,
        )
    )
    cart.save(basket, answer)
    return answer


@bp.get("/size-guide/<category>")
@public
def size_guide(category: str) -> ResponseReturnValue:
    """The measurements of a category's sizes."""
    if category not in CATEGORIES:
        raise NotFound
    return render_template("practice_shop/size_guide.html", category=CATEGORIES[category], slug=category)


@bp.get("/stories/<category>")
@public
def story(category: str) -> ResponseReturnValue:
    """How a category's things are made."""
    if category not in CATEGORIES:
        raise NotFound
    face = next(product for product in PRODUCTS.values() if product.category == category)
    shown = CATEGORIES[category]
    return render_template("practice_shop/story.html", category=shown, slug=category, face=face)


@bp.get("/<path:elsewhere>")
@public
def nowhere(elsewhere: str) -> ResponseReturnValue:
    """Every other address under the shop, so that its own page says so."""
    raise NotFound(elsewhere)


@bp.errorhandler(HTTPException)
def friendly(error: HTTPException) -> ResponseReturnValue:
    """The shop's own page for what went wrong."""
    if error.code is None or error.code < 400:
        return error
    heading, text = _SAID.get(error.code, ("That did not work", "Please go back and try it again."))
    return render_template("practice_shop/error.html", heading=heading, text=text), error.code


@bp.context_processor
def shared() -> dict[str, Any]:
    """What all templates of the shop use."""
    return {
        "brand": BRAND,
        "categories": CATEGORIES,
        "color_of": COLORS,
        "stores_of": STORES,
        "money": money,
        "cart_count": cart.load().count,
    }


def money(cents: int) -> str:
    """Cents as people read them: $1,499.00."""
    return f"${cents // 100:,}.{cents % 100:02}"


def is_zip(text: str) -> bool:
    """Whether this is a five-digit ZIP code."""
    return len(text) == 5 and text.isascii() and text.isdigit()


def _stores_page(zip_code: str, problem: str = "") -> tuple[str, int]:
    if zip_code and not is_zip(zip_code):
        problem, zip_code = "Please enter a ZIP code of five digits, such as 98101.", ""
    product = PRODUCTS.get(request.values.get("product", ""))
    if zip_code:
        near = stores_near(zip_code)[:3]
    else:
        near = [STORES[store] for store in product.stores[:3]] if product else list(STORES.values())
    page = render_template(
        "practice_shop/stores.html", zip=zip_code, near=near, problem=problem, product=product, chosen=cart.load().store
    )
    return page, 422 if problem else 200
