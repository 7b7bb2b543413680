"""Every kind of event, from a real page to the server's database."""

from itertools import pairwise
from typing import Any

import msgspec
from playwright.sync_api import Page

from codesight.analysis.steps import reduce
from codesight.capture.rules import Event, EventType, Text, selector
from tests.extension.recording import Recording
from tests.support.services import needs

pytestmark = [needs("Chromium")]

EVERYTHING = """<!doctype html><title>Everything</title><style>
#list{height:120px;overflow:auto} #list div{height:3000px} .menu ul{display:none;position:absolute}
.menu:hover ul{display:block}
#from,#to{width:80px;height:40px;background:#ddd;margin:8px} body{min-height:3000px}</style>
<form action="/sent"><label>Search <input id="q" name="q"></label><button>Go</button></form>
<button id="b" ondblclick="1">Press</button><select id="s"
 aria-label="Size"><option>30</option><option>32</option></select>
<label><input type="checkbox" id="c">Pickup</label><input type="file" id="f" multiple aria-label="Picture">
<div class="menu"><a href="#w">Women</a><ul><li><a
 href="#shoes">Shoes</a></li></ul></div><p>&nbsp;</p><p>&nbsp;</p><p>&nbsp;</p>
<div id="from" draggable="true" tabindex="0">Shirt</div><div id="to">Basket</div><div id="list"><div>long</div></div>
<button id="ask" onclick="confirm('Remove jeans?')">Remove</button><p id="text">Blue jeans</p>
<script>document.getElementById('to').addEventListener('dragover', (e) => e.preventDefault());
addEventListener('contextmenu', (e) => e.preventDefault());</script>"""


def test_every_kind_of_event_reaches_the_server(recording: Recording) -> None:
    recording.start()
    page = recording.open("everything", EVERYTHING)
    page.on("dialog", lambda dialog: dialog.accept())
    use_everything(page)
    with recording.context.expect_page() as opened:
        page.evaluate("window.open('/other')")
    opened.value.wait_for_load_state()
    opened.value.close()
    page.bring_to_front()
    found = recording.told()
    kinds = {str(one["type"]) for one in found}
    assert set(EventType) - kinds == set()
    assert [one["seq"] for one in found] == list(range(1, len(found) + 1))
    check_details(found)
    steps = [f"{step.action_type} {step.value}".strip() for step in reduce(msgspec.convert(found, list[Event]), None)]
    assert [step.split()[0] for step in steps].count("SCROLL") == 1
    drag = next(step for step in steps if step.startswith("DRAG"))
    assert steps[steps.index("HOVER") : steps.index("ENTER Enter") + 1] == [
        "HOVER", "CLICK", "CLICK double", "CLICK right", "SELECT 32", "CHECK true", "CLICK double", "COPY", "CLICK",
        drag, "CLICK", "DIALOG accepted", "TYPE jeans", "ENTER Enter",
    ]  # fmt: skip


def use_everything(page: Page) -> None:
    """One of each."""
    page.mouse.wheel(0, 300)
    for _ in range(40):
        page.mouse.wheel(0, 20)
        page.wait_for_timeout(20)
    page.wait_for_timeout(300)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
    page.get_by_text("Women").hover()
    page.wait_for_timeout(400)
    page.get_by_text("Shoes").click()
    page.locator("#b").dblclick()
    page.locator("#b").click(button="right")
    page.locator("#s").press("ArrowDown")
    page.locator("#c").check()
    page.locator("#f").set_input_files([{"name": "me-secret.png", "mimeType": "image/png", "buffer": b"x"}])
    page.locator("#text").click(click_count=3)
    page.keyboard.press("Control+c")
    page.locator("#q").click()
    page.keyboard.press("Control+v")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+x")
    page.locator("#from").drag_to(page.locator("#to"))
    page.locator("#ask").click()
    page.set_viewport_size({"width": 1000, "height": 700})
    page.wait_for_timeout(400)
    page.locator("#q").press_sequentially("jaens", delay=20)
    for _ in range(4):
        page.keyboard.press("Backspace")
    page.locator("#q").press_sequentially("eans", delay=20)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent**")


def check_details(found: list[dict[str, Any]]) -> None:
    """What each of the events says."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        by_kind.setdefault(one["type"], []).append(one)
    assert [one["value"]["text"] for one in by_kind["input"]][-1] == "jeans"
    assert [one["value"]["text"] for one in by_kind["select"]] == ["32"]
    [drag] = by_kind["drag"]
    assert drag["target"]["text"] == "Shirt" and drag["value"]["onto"]["text"] == "Basket" and drag["value"]["dy"] > 20
    [dialog] = by_kind["dialog"]
    assert dialog["value"] == {"kind": "dialog", "dialog": "confirm", "text": "Remove jeans?", "answer": "accepted"}
    [file] = by_kind["file"]
    assert file["value"] == {"kind": "files", "count": 1}
    assert "secret" not in str(found)
    assert {one["value"] for kind in ("copy", "cut", "paste") for one in by_kind[kind]} == {None}
    assert by_kind["resize"][0]["viewport"]["w"] == 1000
    menu = [one["cause"] for one in by_kind["hover"] if one["target"]["text"] == "Women"]
    assert menu == ["changed_page"]
    opened, closed = by_kind["tab_opened"][-1], by_kind["tab_closed"][-1]
    assert opened["tab_id"] == closed["tab_id"] and opened["opener_tab_id"] == by_kind["submit"][0]["tab_id"]
    down = [one for one in by_kind["scroll"] if one["value"]["dy"] > 0]
    assert sum(one["value"]["dy"] for one in down) == 1100
    gaps = [b["t_wall"] - a["t_wall"] for a, b in pairwise(down)]
    assert min(gaps) >= 190
    causes = [one["cause"] for one in by_kind["navigation"]]
    assert causes[:2] == ["load", "hash"] and causes[-1] == "load"


FRAMES = """<!doctype html><title>Frames</title><iframe id="near" src="/inner"></iframe>
<iframe id="far" src="FAR"></iframe><iframe id="doc" srcdoc="<button>In srcdoc</button>"></iframe>
<iframe id="box" sandbox="allow-scripts" srcdoc="<button>In sandbox</button>"></iframe><iframe id="blank"
 src="about:blank"></iframe>
<open-one></open-one><closed-one></closed-one><script>
document.getElementById('blank').contentDocument.body.innerHTML = '<button>In blank</button>';
function define(name, mode, html) {
  customElements.define(name, class extends HTMLElement {
    connectedCallback() { this.attachShadow({ mode }).innerHTML = html; }
  });
}
define('open-deep', 'open', '<button>In open root</button><select><option>a</option><option>b</option></select>');
define('open-one', 'open', '<div><open-deep></open-deep></div>');
define('closed-one', 'closed', '<p>&nbsp;</p><button id="x">In closed root</button><input aria-label="Note">');
</script>"""


def test_frames_and_shadow_roots_of_every_kind_are_recorded_with_the_way_to_them(recording: Recording) -> None:
    recording.start()
    recording.site.pages["inner"] = '<!doctype html><iframe id="deep" src="/deep"></iframe>'
    recording.site.pages["deep"] = "<!doctype html><button>In nested</button>"
    recording.site.pages["far"] = "<!doctype html><button>In far</button><iframe id=back></iframe>"
    page = recording.open("frames", FRAMES.replace("FAR", recording.site.url("far", "localhost")))
    for name in ("near", "far", "doc", "box", "blank"):
        frame = page.frame_locator(f"#{name}")
        (frame.frame_locator("#deep") if name == "near" else frame).get_by_role("button").click()
    page.get_by_text("In open root").click()
    page.locator("open-deep select").press("ArrowDown")
    closed = page.locator("closed-one").bounding_box()
    assert closed is not None
    page.mouse.click(closed["x"] + 30, closed["y"] + closed["height"] - 12)
    page.keyboard.press("Tab")
    page.keyboard.type("gift")
    page.mouse.click(600, 700)
    found = recording.events()
    clicks = {one.target.text: one for one in found if one.type == EventType.CLICK and one.target}
    far = recording.site.url("far", "localhost")
    paths = {text: (one.frame_path, one.shadow_path) for text, one in clicks.items() if text.startswith("In ")}
    assert paths == {
        "In nested": (["#near", "#deep"], []),
        "In far": ([far], []),
        "In srcdoc": (["#doc"], []),
        "In sandbox": (["iframe[srcdoc]"], []),
        "In blank": (["#blank"], []),
        "In open root": ([], ["open-one", "open-deep"]),
        "In closed root": ([], ["closed-one"]),
    }
    assert {one.url.rpartition("/")[2] for one in clicks.values()} == {"frames", "far", "deep"}
    for text in ("In nested", "In far", "In srcdoc", "In blank", "In open root"):
        assert page.locator(selector(clicks[text])).inner_text() == text
    typed = [one.value.text for one in found if isinstance(one.value, Text)]
    assert typed == ["b", "gift"]
