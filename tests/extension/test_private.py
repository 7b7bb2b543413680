"""Private things typed, pasted and filled in, in every kind of field, are found nowhere afterwards."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Frame, Page

from blueprints.live import conversation
from codesight.capture import protocol
from codesight.capture.documents import session_document
from codesight.capture.rules import Masked, Text
from tests.extension.recording import Recording
from tests.journeys.leaks import leaks
from tests.support.services import needs

pytestmark = [needs("Chromium")]

SECRETS = {
    "password": "Zebra-Quartz-9417",
    "email": "quentin.secretive@mailbox.example",
    "card": "4242 4242 4242 4242",
    "phone": "(206) 555-0172",
    "iban": "DE89 3704 0044 0532 0130 00",
    "name": "Quentin Secretive",
    "address": "4711 Confidential Crescent",
    "private": "518-22-7391",
}
PRODUCTS = "Levis 501 32x34, $49.99, ISBN 978-0-306-40615-7, EU 42, part 3RT2015-1AP01"
FIELDS = {
    "password": 'type="password" name="p1"',
    "email": 'type="email" name="contact"',
    "card": 'name="n1" autocomplete="cc-number"',
    "phone": 'type="tel" name="t1"',
    "iban": 'name="iban"',
    "name": 'name="who" aria-label="Full name"',
    "address": 'name="line" autocomplete="street-address"',
    "private": 'name="ssn"',
}
SHAPES = ("plain", "controlled", "editable", "shadow", "frame", "revealed")

FORM = "".join(f'<p><input {attributes} data-kind="{kind}"></p>' for kind, attributes in FIELDS.items())
SCRIPT = """
// As React does: what is shown is always what the state says, set after each input by the page.
for (const field of document.querySelectorAll('#controlled input')) {
  let state = '';
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  field.addEventListener('input', () => { state = field.value; set.call(field, ''); set.call(field, state); });
}
customElements.define('private-form', class extends HTMLElement {
  connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = document.getElementById('plain').innerHTML; }
});
document.getElementById('reveal').onclick = () => { document.querySelector('#revealed input').type = 'text'; };
document.getElementById('replace').onclick = () => {
  const old = document.querySelector('#replaced input');
  const fresh = document.createElement('input');
  fresh.value = old.value;
  old.replaceWith(fresh);
};
document.getElementById('echo').onclick = () => {
  const all = [...document.querySelectorAll('input')].map((field) => field.value).filter(Boolean);
  document.title = `For ${all[0]}`;
  document.getElementById('said').textContent = all.join(' / ');
  history.pushState({}, '', `?for=${encodeURIComponent(all[0])}#${encodeURIComponent(all[1] ?? '')}`);
};
"""
EDITABLE = "".join(
    f'<div contenteditable="true" role="textbox" aria-label="{label}" data-kind="{kind}"></div>'
    for kind, label in {"password": "Password", "card": "Card number", "address": "Street address"}.items()
)
PRIVATE = f"""<!doctype html><title>Private</title><div id="plain">{FORM}</div><div id="controlled">{FORM}</div>
<div id="editable">{EDITABLE}</div><div id="shadow"><private-form></private-form></div>
<iframe src="/inner" name="frame" width="600" height="500"></iframe>
<div id="revealed"><input type="password" data-kind="password"></div><button id="reveal">Show</button>
<div id="replaced"><input type="password" data-kind="password"></div><button id="replace">Show it</button>
<label>Search <input type="search" id="q"></label><button id="echo">Repeat</button><button id="said">-</button>
<form action="/next"><input name="p1" type="password" data-kind="password"><input name="x7"
 aria-label="Full name" data-kind="name">
<button id="go">Continue</button></form><script>{SCRIPT}</script>"""
NEXT = """<!doctype html><title>Next</title><button id="review">Review</button><p><button
 id="echoed"></button></p><script>
document.getElementById('echoed').textContent = new URLSearchParams(location.search).get('x7');</script>"""


def test_nothing_private_is_found_anywhere_and_products_are_untouched(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[str] = []
    monkeypatch.setattr(conversation, "decode_frame", lambda data: frames.append(data) or protocol.decode_frame(data))
    said: list[str] = []
    recording.context.on("console", lambda message: said.append(message.text))
    recording.site.pages |= {"inner": f"<!doctype html><div>{FORM}</div>", "next": NEXT}
    page = recording.open("private", PRIVATE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dice = random.Random(7)
    # Half of it is there before recording begins: in mid-page, with a password that is already shown.
    fill_in(page, dice, SHAPES[:3])
    page.locator("#revealed input").type("Zebra-")
    page.locator("#reveal").click()
    recording.start()
    page.locator("#revealed input").press("End")
    page.locator("#revealed input").type("Quartz-9417")
    # Its beginning alone is too short to be known again: that the new field stands for the old one must be.
    page.locator("#replaced input").type("Zeb")
    page.locator("#replace").click()
    page.locator("#replaced input").press("End")
    page.locator("#replaced input").type("ra-Quartz-9417")
    fill_in(page, dice, SHAPES)
    page.locator("#q").fill(PRODUCTS)
    page.locator("#echo").click()
    page.locator("#said").click()
    page.locator("form [name=p1]").type(SECRETS["password"])
    page.locator("form [name=x7]").type(SECRETS["name"])
    page.locator("#go").click()
    page.locator("#review").click()
    page.locator("#echoed").click()
    page.goto(recording.site.url(f"next?x7={quote(SECRETS['name'])}&next=%2Fa%3Fpwd%3D{SECRETS['password']}"))
    found = recording.events()
    typed = [one.value for one in found if isinstance(one.value, Masked | Text)]
    assert len(typed) > 30
    assert [one for one in typed if isinstance(one, Text)] == [Text(PRODUCTS)]
    assert {one.reason for one in typed if isinstance(one, Masked)} == set(SECRETS)
    document = json.dumps(session_document(recording.shop.row(), found))
    stored = recording.worker.evaluate(STORED)
    recording.context.close()
    folders = [
        folder
        for folder in recording.profile.rglob("*")
        if "xtension" in folder.name or "xtension" in str(folder.parent)
    ]
    on_disk = [
        path.read_bytes().decode("latin-1") for path in folders if path.is_file() and path.stat().st_size < 5_000_000
    ]
    platform = recording.shop.app.extensions["codesight"]
    places = {
        "frames": frames,
        "console": said,
        "browser": [json.dumps(stored)],
        "disk": on_disk,
        "document": [document],
    }
    assert frames and on_disk and stored["journal"]
    texts = spellings()
    found = {name: {one for one in texts for text in place if one in text} for name, place in places.items()}
    assert {name: some for name, some in found.items() if some} == {}
    everywhere = {"var": platform.settings.var, "engine": recording.shop.engine, "said": said}
    assert leaks(texts, **everywhere, exported=archive(document)) == []


STORED = """async () => {
  const open = () => new Promise((done) => {
    indexedDB.open('codesight').onsuccess = ({ target }) => done(target.result);
  });
  const db = await open();
  const all = (name) => new Promise((done) => {
    db.transaction(name).objectStore(name).getAll().onsuccess = ({ target }) => done(target.result);
  });
  const found = await Promise.all([...db.objectStoreNames].map(async (name) => [name, await all(name)]));
  const stores = Object.fromEntries(found);
  return { ...stores, local: await chrome.storage.local.get(null), session: await chrome.storage.session.get(null) };
}"""


def fill_in(page: Page, dice: random.Random, shapes: tuple[str, ...]) -> None:
    """Each field of these shapes, in any order, in one of three ways."""
    ways: list[Callable[[Page, Any, str], None]] = [by_typing, by_pasting, by_filling]
    todo = [(shape, kind) for shape in shapes for kind in SECRETS]
    dice.shuffle(todo)
    for shape, kind in todo:
        place: Page | Frame | None = page.frame(name="frame") if shape == "frame" else page
        assert place is not None
        field = place.locator(f"[data-kind={kind}]" if shape == "frame" else f"#{shape} [data-kind={kind}]")
        if field.count() == 0:
            continue
        dice.choice(ways)(page, field, SECRETS[kind])


def by_typing(page: Page, field: Any, secret: str) -> None:
    """Key by key, with a correction."""
    field.click()
    page.keyboard.type(secret + "x")
    page.keyboard.press("Backspace")
    page.keyboard.press("Tab")


def by_pasting(page: Page, field: Any, secret: str) -> None:
    """Out of the clipboard."""
    page.evaluate("text => navigator.clipboard.writeText(text)", secret)
    field.click()
    page.keyboard.press("Control+v")


def by_filling(page: Page, field: Any, secret: str) -> None:
    """As a browser or a password manager does."""
    field.evaluate(
        """(field, text) => {
            if (field.isContentEditable) field.textContent = text; else field.value = text;
            const far = { bubbles: true, composed: true };
            for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, far));
        }""",
        secret,
    )


def spellings() -> tuple[str, ...]:
    """How a secret could be written down."""
    found = set()
    for secret in SECRETS.values():
        digits = "".join(sign for sign in secret if sign.isdigit())
        found |= {secret, quote(secret), quote(secret, safe=""), secret.replace(" ", "+"), secret.replace(" ", "")}
        found |= {digits} if len(digits) >= 9 else set()
    return (*found, "Quartz", "Secretive", "secretive", "Confidential")


def archive(document: str) -> bytes:
    """The session document as an export holds it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("session.json", document)
    return packed.getvalue()


LENGTHS = """<!doctype html><title>Lengths</title><style>
input,textarea,div{width:60px;height:20px;overflow:auto}</style>
<input type="password"><textarea aria-label="Street address"></textarea><input name="iban"><button>Done</button>"""


def test_neither_the_number_nor_the_size_of_events_tells_how_long_a_secret_is(recording: Recording) -> None:
    recording.start()

    def recorded(secret: str) -> list[tuple[str, object]]:
        page = recording.open("lengths", LENGTHS)
        before = len(recording.events())
        for field in page.locator("input,textarea").all():
            field.click()
            page.keyboard.type(secret)
        page.get_by_role("button").click()
        page.wait_for_timeout(400)
        return [(one.type.value, one.value) for one in recording.events()[before:]]

    short, long = recorded("Qx7!"), recorded("Qx7! " * 40)
    assert [one for one in short if one[0] != "hover"] == [one for one in long if one[0] != "hover"]
    assert {value.text for _, value in long if isinstance(value, Masked)} == {"[password]", "[address]", "[iban]"}
