"""The pages for buying: cart, checkout, confirmation."""

from flask import abort, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import public

from . import bp, cart
from .browse import product_or_404, product_page
from .checkout import CheckoutForm


@bp.get("/cart")
@public
def cart_page() -> ResponseReturnValue:
    """What the visitor has gathered."""
    return _cart_page(cart.load())


@bp.post("/cart/add")
@public
def add() -> ResponseReturnValue:
    """Put a variant into the cart; the script asks for JSON, a plain form is sent on to the cart."""
    shown = product_or_404(request.form.get("product", ""))
    color, size = request.form.get("color", ""), request.form.get("size", "")
    scripted = request.accept_mimetypes.best == "application/json"
    basket = cart.load()
    try:
        line = basket.add(shown, color, size, cart.quantity_in(request.form.get("quantity", "1"), least=1))
    except cart.Refused as refusal:
        if scripted:
            return jsonify(problem=str(refusal)), 422
        return product_page(shown, color, size, str(refusal))
    answer = (
        make_response(jsonify(count=basket.count, name=shown.name, choice=line.choice))
        if scripted
        else make_response(redirect(url_for(".cart_page"), 303))
    )
    cart.save(basket, answer)
    return answer


@bp.post("/cart/line")
@public
def change_line() -> ResponseReturnValue:
    """Change how many pieces of a line there are; 0 takes it out."""
    basket = cart.load()
    try:
        quantity = cart.quantity_in(request.form.get("quantity", ""), least=0)
        basket.change(request.form.get("line", ""), quantity)
    except cart.Refused as refusal:
        return _cart_page(basket, problem=str(refusal))
    answer = make_response(redirect(url_for(".cart_page"), 303))
    cart.save(basket, answer)
    return answer


@bp.post("/cart/promo")
@public
def promo() -> ResponseReturnValue:
    """Use a promo code, or with an empty one stop using it."""
    basket = cart.load()
    code = request.form.get("code", "").strip().upper()
    if code and code not in cart.PROMOS:
        return _cart_page(basket, promo_problem="We do not know that code. It may have ended.")
    basket.promo = code
    answer = make_response(redirect(url_for(".cart_page"), 303))
    cart.save(basket, answer)
    return answer


@bp.get("/checkout")
@public
def checkout() -> ResponseReturnValue:
    """Contact, delivery, payment and a last look at the order."""
    basket = cart.load()
    if not basket.lines:
        return redirect(url_for(".cart_page"))
    return _checkout_page(basket, CheckoutForm(store=basket.store))


@bp.post("/checkout")
@public
def place_order() -> ResponseReturnValue:
    """Order what is in the cart. Of the form only first name and way of delivery outlive this request."""
    basket = cart.load()
    form = CheckoutForm(request.form)
    if not basket.lines:
        return redirect(url_for(".cart_page"), 303)
    if not form.validate():
        return _checkout_page(basket, form), 422
    answer = make_response()
    number = cart.place(basket, form.first_name, form.shipping.data, answer)
    answer.status_code = 303
    answer.headers["Location"] = url_for(".confirmation", number=number)
    return answer


@bp.get("/order/<number>")
@public
def confirmation(number: str) -> ResponseReturnValue:
    """The thank-you page, for the visitor who placed this order only."""
    order = cart.last_order()
    if order is None or order.number != number:
        abort(404)
    shipping = cart.SHIPPING[order.shipping]
    return render_template("practice_shop/confirmation.html", order=order, shipping=shipping)


def _cart_page(basket: cart.Cart, problem: str = "", promo_problem: str = "") -> tuple[str, int]:
    page = render_template(
        "practice_shop/cart.html",
        basket=basket,
        totals=basket.totals(),
        problem=problem,
        promo_problem=promo_problem,
        promos=cart.PROMOS,
        most=cart.MOST_OF_ONE,
    )
    return page, 422 if problem or promo_problem else 200


def _checkout_page(basket: cart.Cart, form: CheckoutForm) -> str:
    chosen = form.shipping.data if form.shipping.data in cart.SHIPPING else "standard"
    costs = {way: basket.totals(way) for way in cart.SHIPPING}
    return render_template("practice_shop/checkout.html", basket=basket, form=form, chosen=chosen, costs=costs)
