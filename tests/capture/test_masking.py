"""The server's line of masking: the cases it shares with the extension, and what only the server sees."""

import copy
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from codesight.capture.masking import mask_event, mask_text, mask_url
from codesight.capture.private_kinds import KINDS, field_kind

CASES = json.loads((Path(__file__).parents[1] / "masking_cases.json").read_text(encoding="utf-8"))
CARD, MAIL = "4111 1111 1111 1111", "jane.doe@example.com"
IBAN, PHONE = "DE89 3704 0044 0532 0130 00", "+1 206 555 0123"


def typed(text: str, **field: str) -> dict[str, Any]:
    """An input event as the protocol describes it; `field` are the element's attributes and `label`."""
    label = field.pop("label", "")
    return {
        "v": 1,
        "seq": 17,
        "client_event_id": "12065550-1234-4111-8111-111111111111",
        "type": "input",
        "t_wall": 1763715000123.0,
        "url": "https://shop.example/checkout?step=2",
        "title": "Checkout - Shop",
        "frame_path": [],
        "target": {
            "tag": "input",
            "role": "textbox",
            "name": label,
            "text": "",
            "attributes": dict(field),
            "candidates": [{"strategy": "css", "value": "#field", "match_count": 1}],
            "bbox": {"x": 10.0, "y": 20.0, "w": 120.0, "h": 32.0},
        },
        "value": {"kind": "text", "text": text},
        "trusted": True,
    }


@pytest.mark.parametrize("case", CASES["text"], ids=lambda case: repr(case["in"]))
def test_texts_are_masked_as_in_the_extension(case: dict[str, str]) -> None:
    assert mask_text(case["in"]).text == case["out"]


@pytest.mark.parametrize("case", CASES["url"], ids=lambda case: repr(case["in"]))
def test_addresses_are_masked_as_in_the_extension(case: dict[str, str]) -> None:
    assert mask_url(case["in"]).text == case["out"]


# "sticky" (a password field whose type was changed since) is known to the browser alone.
FIELDS = [case for case in CASES["field"] if not case["field"].get("sticky")]


@pytest.mark.parametrize("case", FIELDS, ids=str)
def test_fields_are_private_as_in_the_extension(case: dict[str, Any]) -> None:
    assert field_kind(**case["field"]) == case["kind"]
    role = case["field"].get("role", "textbox")
    event = typed(case["value"], **{name: text for name, text in case["field"].items() if name != "role"})
    event["target"]["role"] = role
    masked, _ = mask_event(event)
    expected = f"[{case['kind']}]" if case["kind"] else mask_text(case["value"]).text
    assert masked["value"]["text"] == expected


@pytest.mark.parametrize("case", [*CASES["text"], *CASES["url"]], ids=lambda case: repr(case["in"]))
def test_masking_what_is_masked_changes_and_counts_nothing(case: dict[str, str]) -> None:
    for mask in (mask_text, mask_url):
        once = mask(case["in"]).text
        twice = mask(once)
        assert twice.text == once
        assert twice.kinds.total() == 0


def test_what_was_masked_is_counted_by_kind() -> None:
    masked = mask_text(f"{MAIL}, {CARD} or {IBAN}; {PHONE} and bob@example.org")
    assert masked.text == "[email], [card] or [iban]; [phone] and [email]"
    assert masked.kinds == Counter(email=2, card=1, iban=1, phone=1)


@pytest.mark.parametrize(
    "number",
    [
        "6759 6498 2643 8453",  # Maestro
        "2201 3820 0000 0013",  # Mir
        "3566 0020 2036 0505",  # JCB
        "6011 0009 9013 9424",  # Discover
        "4222 2222 2222 2",  # a Visa of thirteen digits
        "5555-5555-5555-4444",
        "٤١١١١١١١١١١١١١١١",
    ],
)
def test_a_card_of_any_scheme_is_found_in_a_sentence(number: str) -> None:
    assert mask_text(f"it is {number}, please").text == "it is [card], please"


def test_an_iban_behind_something_that_looks_like_one_is_found() -> None:
    assert mask_text(f"ref AB12 {IBAN}").text == "ref AB12 [iban]"


@pytest.mark.parametrize("url", ["https://[::1", "http://", "://", "%", "?", "#", "https://shop.example/%E0%A4%A"])
def test_a_broken_address_is_kept_and_breaks_nothing(url: str) -> None:
    assert mask_url(url).text == url


def test_an_address_that_is_broken_in_one_place_is_still_masked_in_another() -> None:
    assert mask_url("https://x.example/%zz/jane%40example.com").text == "https://x.example/%zz/[email]"


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ({"type": "password"}, "password"),
        ({"autocomplete": "cc-number"}, "card"),
        ({"name": "billing[firstName]"}, "name"),
        ({"label": "E-mail address *"}, "email"),
        ({"aria-label": "Security code"}, "cvc"),
    ],
)
def test_an_old_client_that_sends_a_private_fields_text_is_masked_whatever_it_looks_like(
    field: dict[str, str], kind: str
) -> None:
    masked, kinds = mask_event(typed("looks harmless", **field))
    assert masked["value"] == {"kind": "masked", "text": f"[{kind}]", "reason": kind}
    assert kinds == Counter({kind: 1})


def test_a_secret_is_removed_wherever_the_event_repeats_it() -> None:
    event = typed("hunter2!", type="password", value="hunter2!")
    event["target"]["text"] = "hunter2!"
    candidate = {"strategy": "css", "value": 'input[value="hunter2!"]', "match_count": 1}
    event["target"]["candidates"] = [candidate]
    event["title"] = "Your password hunter2! is weak"
    masked, _ = mask_event(event)
    assert "hunter2" not in json.dumps(masked)
    assert masked["title"] == "Your password [password] is weak"


def test_every_text_of_an_event_is_masked_however_deep() -> None:
    event = typed("blue jeans", name="q", title=f"card {CARD}")
    event["url"] = "https://jane:pw@shop.example/u/jane.doe%40example.com?phone=2065550123#x"
    event["title"] = f"Orders of {MAIL}"
    event["frame_path"] = [f'iframe[title="{MAIL}"]']
    event["target"]["text"] = f"Call {PHONE}"
    event["target"]["candidates"] = [{"strategy": "text", "value": f"Pay to {IBAN}", "match_count": 1}]
    masked, kinds = mask_event(event)
    assert masked["url"] == "https://shop.example/u/[email]?phone=[phone]#x"
    assert masked["title"] == "Orders of [email]"
    assert masked["frame_path"] == ['iframe[title="[email]"]']
    assert masked["target"]["attributes"]["title"] == "card [card]"
    assert masked["target"]["text"] == "Call [phone]"
    assert masked["target"]["candidates"][0]["value"] == "Pay to [iban]"
    assert masked["value"] == {"kind": "text", "text": "blue jeans"}
    assert kinds == Counter(email=3, phone=2, card=1, iban=1, private=1)


def test_a_link_in_an_attribute_is_read_as_an_address() -> None:
    masked, _ = mask_event(typed("x", name="q", href="/account?email=jane"))
    assert masked["target"]["attributes"]["href"] == "/account?email=[email]"


def test_what_is_not_private_goes_through_untouched_and_the_event_itself_is_not_changed() -> None:
    event = typed("blue jeans size 32 under $80", name="q")
    before = copy.deepcopy(event)
    masked, kinds = mask_event(event)
    assert masked == before == event
    assert kinds.total() == 0
    secret = typed("hunter2!", type="password", value="hunter2!")
    kept = copy.deepcopy(secret)
    mask_event(secret)
    assert secret == kept


def test_a_mask_that_a_hostile_client_filled_with_something_else_is_replaced() -> None:
    event = typed("", type="text")
    event["value"] = {"kind": "masked", "text": "hunter2!", "reason": "password"}
    assert mask_event(event)[0]["value"]["text"] == "[password]"
    event["value"] = {"kind": "masked", "text": "hunter2!", "reason": ["?"]}
    assert mask_event(event)[0]["value"] == {"kind": "masked", "text": "[private]", "reason": "private"}


def test_a_mask_of_the_extension_is_left_as_it_is_and_counted_once_at_most() -> None:
    event = typed("", type="password")
    event["value"] = {"kind": "masked", "text": "[password]", "reason": "password"}
    masked, kinds = mask_event(event)
    assert masked == event
    assert kinds.total() == 0


def test_keys_typed_one_by_one_into_a_password_are_masked_but_enter_is_not() -> None:
    event = typed("", type="password")
    event["value"] = {"kind": "key", "text": "h"}
    assert mask_event(event)[0]["value"]["text"] == "[password]"
    event["value"] = {"kind": "key", "text": "Enter"}
    assert mask_event(event)[0]["value"] == {"kind": "key", "text": "Enter"}


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "key", "text": "Tr0ub4dor&3"},
        {"kind": "key", "text": "Shift+H"},
        {"kind": "masked", "text": "Tr0ub4dor&3", "reason": "password"},
        {"kind": "masked", "text": "[password]", "reason": "Tr0ub4dor&3"},
    ],
)
def test_a_browser_that_lies_about_keys_and_masks_gets_no_secret_into_the_event(value: dict[str, str]) -> None:
    masked, _ = mask_event({**typed("", type="password"), "value": value})
    assert masked["value"]["kind"] == "masked"
    assert value["text"] == "[password]" or value["text"] not in repr(masked)
    assert "Tr0ub4dor" not in repr(masked)


@pytest.mark.parametrize("key", ["Shift+Tab", "Control+c", "Control+Shift+c", "Shift+Meta+z"])
def test_commands_in_a_password_stay(key: str) -> None:
    event = {**typed("", type="password"), "value": {"kind": "key", "text": key}}
    assert mask_event(event)[0]["value"] == {"kind": "key", "text": key}


def test_a_box_to_tick_that_speaks_of_e_mail_is_not_a_secret() -> None:
    event = typed("", type="checkbox", label="E-mail me offers")
    event["value"] = {"kind": "checked", "text": "true"}
    assert mask_event(event)[0]["value"] == {"kind": "checked", "text": "true"}


@pytest.mark.parametrize(
    "target", [None, "text", 3, [], {"attributes": None}, {"attributes": {"type": 7}, "name": None}]
)
@pytest.mark.parametrize("value", [None, "x", {}, {"kind": "text"}, {"kind": 4, "text": 5}])
def test_an_event_of_any_shape_is_masked_without_an_error(target: object, value: object) -> None:
    masked, _ = mask_event({"target": target, "value": value, "extra": [MAIL]})
    assert masked["extra"] == ["[email]"]


def test_placeholders_are_the_protocols() -> None:
    protocol = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert frozenset(re.findall(r"`\[(\w+)\]`", protocol)) == KINDS


# Patterns that look back would take minutes over these: that it ends at all is what is tested.
@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000 + "@",
        "4 " * 20_000,
        "a." * 50_000 + "@",
        "@a" * 50_000,
        "AB12" * 25_000,
        "%2B1" * 25_000,
    ],
    ids=lambda text: text[:4],
)
def test_no_text_keeps_masking_busy_for_ever(text: str) -> None:
    assert mask_text(text)
