"""Looking around in the practice shop."""

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from blueprints.pages import practice_shop
from blueprints.pages.practice_shop.catalogue import BRAND, CATEGORIES, COLORS, PRODUCTS, STORES, TASKS
from blueprints.pages.practice_shop.pictures import VIEWS
from tests.web.practice_shop.support import SHOP, add, names

FOLDER = Path(practice_shop.__file__).parent


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
