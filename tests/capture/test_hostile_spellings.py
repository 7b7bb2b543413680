"""What a client sends that means to get past the mask, or to keep it busy."""

from urllib.parse import quote

import pytest

from codesight.capture.masking import mask_event, mask_url
from tests.capture.samples import event


@pytest.mark.parametrize(
    ("selector", "kept"),
    [
        (r'[title="mia\@mail\.example"]', '[title="[email]"]'),
        (r"role=link[name=/^\s*mia@mail\.example\s+\(\d[\d.,]*\)\s*$/]", None),
        (r"#\34 111-1111-1111-1111", "#[card]"),
        (r"role=button[name=/^\s*Men\x27s\s+\d[\d.,]*\s*$/]", r"role=button[name=/^\s*Men\x27s\s+\d[\d.,]*\s*$/]"),
    ],
)
def test_escapes_in_a_selector_hide_nothing(selector: str, kept: str | None) -> None:
    masked = mask_event(event(1, shadow_path=[selector]))[0]["shadow_path"][0]
    assert masked == kept if kept else "mia" not in masked and "[email]" in masked


def test_an_id_that_holds_a_card_number_is_replaced_by_the_same_other_one() -> None:
    hostile = event(7, client_event_id="4111-1111-1111-1111")
    masked, kinds = mask_event(hostile)
    assert (masked["client_event_id"], kinds["card"]) == ("masked-7", 1)
    assert mask_event(event(7))[0]["client_event_id"] == "event-7"


def test_addresses_inside_addresses_without_end_come_to_an_end() -> None:
    deep = "/a?x=1"
    for _ in range(20):
        deep = f"/a?n={quote(deep, safe='')}"
    assert mask_url(deep).text == deep
