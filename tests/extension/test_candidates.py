"""Whether a target is found again on a changed page. `tests.benchmarks candidates` measures it on all pages."""

from tests.benchmarks import candidates
from tests.support.services import needs

HARDEST = ("cart", "orders_table", "components", "dialog")
STYLED = """<style>.must::after{content:"*"} .go::after{content:" >"} .caps{text-transform:uppercase}</style><div
 id="app">
<label class="must" for="a">Given name</label><input id="a"><label class="must">Family name <input></label>
<a class="go caps" href="/a1">Shop now</a><a class="go" href="/b2">Learn more</a><a class="go" href="/c3">Learn more</a>
<label>Page <b>2</b> of <input type="number"></label><button>O'Neill 501 >> "slim"</button><button>/sale/</button>
<input type="password"><input type="date"><textarea></textarea><textarea></textarea><div
 tabindex="0">Open</div><div>Open</div>
<button><img alt="Cart" src="x"><span>3</span></button><button><svg><title>Heart</title></svg></button></div>"""


@needs("Chromium")
def test_the_first_choice_is_unique_and_survives_new_classes_inserted_siblings_and_other_digits() -> None:
    pages = {name: candidates.PAGES[name] for name in HARDEST} | {"styled": STYLED}
    with candidates.browser_page() as page:
        described, right = candidates.look(page, pages)
    assert len(described) > 100
    assert [one for one in described if one.counts[0] != 1 or one.kinds < 3] == []
    broken = {
        change: [
            (one.page, one.what, one.ours[0]) for one, row in zip(described, found, strict=True) if not row["ours"][0]
        ]
        for change, found in right.items()
    }
    assert broken == {"none": [], "classes": [], "siblings": [], "digits": []}
    # Whatever says that it finds one element finds this one: a count that lies would be taken for a good choice.
    assert [
        (one.page, one.what, selector)
        for one, row in zip(described, right["none"], strict=True)
        for selector, count, ok in zip(one.ours, one.counts, row["ours"], strict=True)
        if count == 1 and not ok
    ] == []


@needs("Chromium")
def test_a_field_inside_a_label_or_a_row_gives_its_content_to_no_name() -> None:
    html = """<label>Send to <input value="zebra-quartz"> now <input type="checkbox" id="box"></label>
    <table><tr role="row" tabindex="0"><td>Card <input value="zebra-quartz"></td></tr></table>"""
    with candidates.browser_page() as page:
        candidates.open_page(page, html)
        names = page.evaluate(
            "[...document.querySelectorAll('input,tr')].map((one) => codesightContent.nameOf(one)"
            " + JSON.stringify(codesightContent.candidatesOf(one)))"
        )
    assert names and "zebra" not in "".join(names)
