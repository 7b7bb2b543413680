"""Events reduced to steps. Each test is a small demonstration."""

from typing import Any

import pytest

from codesight.analysis.base import Action
from codesight.analysis.steps import reduce
from codesight.capture.rules import EventType
from codesight.recordings.rules import VideoClock
from tests.capture.samples import SHOP, T0, decoded, event, key, pointer, target, text

CLOCK = VideoClock(T0)
SEARCH = target("#q", "input", role="searchbox", name="Search", attributes={"type": "search"})
ADD = target("#add", text="Add to cart")
SIZE = target("#size", "select", role="combobox", name="Size")


def steps(*samples: dict[str, Any], clock: VideoClock | None = CLOCK) -> list[Action]:
    return reduce(decoded(*samples), clock)


def kinds(*samples: dict[str, Any]) -> list[str]:
    return [step.action_type for step in steps(*samples)]


def told(*samples: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step.action_type, step.value) for step in steps(*samples)]


def click(seq: int, element: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return event(seq, "click", target=element or ADD, pointer=changes.pop("pointer", pointer()), **changes)


def typed(seq: int, words: str, **changes: Any) -> dict[str, Any]:
    return event(seq, "input", target=changes.pop("target", SEARCH), value=text(words), **changes)


def pressed(seq: int, name: str, **changes: Any) -> dict[str, Any]:
    return event(seq, "key", target=changes.pop("target", SEARCH), value=key(name), **changes)


def loaded(seq: int, path: str = "", cause: str = "load", **changes: Any) -> dict[str, Any]:
    return event(seq, "navigation", url=SHOP + path, cause=cause, **changes)


def scrolled(seq: int, dy: float, **changes: Any) -> dict[str, Any]:
    return event(seq, "scroll", value={"kind": "scroll", "dx": 0.0, "dy": dy}, **changes)


def test_a_click_is_a_step_with_its_place_in_the_video_and_on_the_page() -> None:
    assert steps(click(5, at=1_234.4)) == [
        Action("CLICK", 1_234, "#add", 70.0, 36.0, "Add to cart", "", SHOP, first_seq=5, last_seq=5)
    ]


def test_a_search_typed_with_corrections_and_enter_is_one_type_and_one_enter() -> None:
    found = steps(
        click(1, SEARCH),
        typed(2, "jaens"),
        pressed(3, "Backspace"),
        typed(4, "ja"),
        pressed(5, "ArrowLeft"),
        typed(6, "jeans"),
        pressed(7, "Enter"),
        # The browser presses the form's button itself, and the field reports its text once more.
        click(8, target("#go"), at=705.0, pointer=pointer(0.0, 0.0)),
        event(9, "submit", target=target("form", "form"), cause="enter", at=706.0),
        typed(10, "jeans", at=710.0),
        loaded(11, "search?q=jeans", at=9_000.0),
    )
    assert [(step.action_type, step.value) for step in found] == [("TYPE", "jeans"), ("ENTER", "Enter")]
    assert (found[0].first_seq, found[0].last_seq) == (1, 6)
    assert (found[0].t_ms, found[0].x, found[0].y) == (100, 70.0, 36.0)
    assert (found[1].first_seq, found[1].last_seq) == (7, 8)


def test_a_second_search_in_the_same_field_is_a_step_of_its_own() -> None:
    assert told(
        typed(1, "jeans"), pressed(2, "Enter"), typed(3, "shirt", at=20_000.0), pressed(4, "Enter", at=20_500.0)
    ) == [("TYPE", "jeans"), ("ENTER", "Enter"), ("TYPE", "shirt"), ("ENTER", "Enter")]


def test_two_fields_are_two_steps_also_when_tab_leads_from_one_to_the_other() -> None:
    other = target("#city", "input", attributes={"type": "text"})
    assert told(typed(1, "a"), pressed(2, "Tab"), typed(3, "b", target=other)) == [("TYPE", "a"), ("TYPE", "b")]


def test_the_same_selector_in_another_tab_is_another_field() -> None:
    assert kinds(typed(1, "a"), typed(2, "b", tab_id=8)) == ["TYPE", "TYPE"]


def test_a_masked_value_stays_masked() -> None:
    masked = {"kind": "masked", "text": "[password]", "reason": "password"}
    assert told(event(1, "input", target=SEARCH, value=masked)) == [("TYPE", "[password]")]


def test_a_click_elsewhere_before_typing_stays_a_step() -> None:
    assert kinds(click(1), typed(2, "a")) == ["CLICK", "TYPE"]


def test_choosing_from_a_list_is_one_step() -> None:
    chosen = event(2, "select", target=SIZE, value=text("32"))
    (step,) = steps(click(1, SIZE), chosen)
    assert (step.action_type, step.value, step.first_seq, step.last_seq) == ("SELECT", "32", 1, 2)


def test_ticking_a_box_by_its_label_is_one_step() -> None:
    box = target("#pickup", "input", attributes={"type": "checkbox"})
    found = steps(
        click(1, target("label", "label"), at=100.0),
        click(2, box, at=101.0, pointer=pointer(0.0, 0.0)),
        event(3, "check", target=box, value={"kind": "checked", "text": "true"}, at=102.0),
    )
    assert [(step.action_type, step.value) for step in found] == [("CHECK", "true")]
    assert (found[0].first_seq, found[0].target_selector) == (1, "#pickup")


def test_a_double_click_is_one_step() -> None:
    found = steps(
        click(1, at=100.0), click(2, at=250.0), event(3, "double_click", target=ADD, pointer=pointer(), at=251.0)
    )
    assert [(step.action_type, step.value, step.first_seq, step.last_seq) for step in found] == [
        ("CLICK", "double", 1, 3)
    ]


def test_two_slow_clicks_are_two_steps() -> None:
    assert kinds(click(1, at=0.0), click(2, at=2_000.0)) == ["CLICK", "CLICK"]


def test_a_scroll_in_pieces_is_one_step_with_the_whole_way() -> None:
    found = steps(scrolled(1, 200, at=0.0), scrolled(2, 300, at=900.0), scrolled(3, -50, at=1_800.0))
    assert [(step.action_type, step.value, step.last_seq) for step in found] == [("SCROLL", "0,450", 3)]


def test_a_pause_another_scroller_or_another_step_ends_a_scroll() -> None:
    box = target("#list", "div")
    assert kinds(scrolled(1, 200, at=0.0), scrolled(2, 300, at=1_100.0)) == ["SCROLL", "SCROLL"]
    assert kinds(scrolled(1, 200), scrolled(2, 300, target=box)) == ["SCROLL", "SCROLL"]
    assert kinds(scrolled(1, 200), click(2), scrolled(3, 300)) == ["SCROLL", "CLICK", "SCROLL"]
    assert kinds(scrolled(1, 0)) == []


@pytest.mark.parametrize(
    "cause",
    [
        [click(1, at=0.0)],
        [pressed(1, "Enter", at=0.0)],
        [click(1, at=-3_000.0), event(2, "submit", at=-2_900.0)],
        [event(1, "select", target=SIZE, value=text("price"), at=0.0)],
        [loaded(1, "old", at=0.0)],
    ],
)
def test_a_page_that_loads_because_of_an_action_is_no_step(cause: list[dict[str, Any]]) -> None:
    assert kinds(*cause, loaded(9, "next", at=1_400.0)) == kinds(*cause)


def test_a_page_that_loads_by_itself_was_asked_for_by_address() -> None:
    found = steps(click(1, at=0.0), loaded(2, "elsewhere", at=1_600.0))
    assert [(step.action_type, step.page_url) for step in found] == [
        ("CLICK", SHOP),
        ("NAVIGATE", SHOP + "elsewhere"),
    ]


def test_a_slow_page_is_still_the_links() -> None:
    link = target("a.product", "a", attributes={"href": "/p/1#top"})
    assert kinds(click(1, link, at=0.0), loaded(2, "p/1", at=9_000.0)) == ["CLICK"]
    assert kinds(click(1, link, at=0.0), loaded(2, "p/2", at=9_000.0)) == ["CLICK", "NAVIGATE"]


def test_the_first_page_and_the_way_back_are_steps() -> None:
    assert told(loaded(1), loaded(2, cause="back_forward", at=5_000.0), loaded(3, cause="reload", at=9_000.0)) == [
        ("NAVIGATE", ""),
        ("NAVIGATE", "back_forward"),
        ("NAVIGATE", "reload"),
    ]


def test_what_only_scripts_and_frames_do_is_no_step() -> None:
    assert kinds(loaded(1, "a", cause="history"), loaded(2, "b", cause="hash")) == []
    assert kinds(loaded(1, "ad", frame_path=["#ad"])) == []
    assert kinds(click(1, trusted=False), typed(2, "x", trusted=False)) == []


def test_a_link_into_a_new_tab_is_a_click_and_the_opened_tab() -> None:
    found = steps(
        click(1, at=0.0),
        event(2, "tab_opened", tab_id=8, opener_tab_id=7, url="", at=100.0),
        event(3, "tab_switched", tab_id=8, url="", at=110.0),
        loaded(4, "story", tab_id=8, at=8_000.0),
        event(5, "tab_closed", tab_id=8, url="", at=20_000.0),
        event(6, "tab_switched", tab_id=7, at=20_010.0),
        click(7, at=22_000.0),
    )
    assert [(step.action_type, step.page_url) for step in found] == [
        ("CLICK", SHOP),
        ("TAB_OPENED", ""),
        ("TAB_CLOSED", SHOP + "story"),
        ("CLICK", SHOP),
    ]


def test_going_to_another_tab_by_hand_is_a_step() -> None:
    assert kinds(click(1), event(2, "tab_switched", tab_id=9, at=9_000.0)) == ["CLICK", "TAB_SWITCHED"]


def test_an_address_typed_into_a_new_tab_is_a_step() -> None:
    assert kinds(event(1, "tab_opened", tab_id=9, url=""), loaded(2, "x", tab_id=9, at=9_000.0)) == [
        "TAB_OPENED",
        "NAVIGATE",
    ]


def test_a_hover_counts_only_if_it_opened_the_menu_that_was_clicked() -> None:
    menu = target("#women", "a", role="menuitem", text="Women")
    hover = event(1, "hover", target=menu, pointer=pointer(), at=0.0)
    assert kinds(hover, click(2, at=900.0)) == ["HOVER", "CLICK"]
    assert kinds(hover, click(2, menu, at=900.0)) == ["CLICK"]
    assert kinds(hover, click(2, at=9_000.0)) == ["CLICK"]
    assert kinds(event(1, "hover", target=ADD, pointer=pointer()), click(2, SIZE)) == ["CLICK"]


def test_keys_that_are_no_typing_are_steps() -> None:
    body = target("body", "body")
    assert told(pressed(1, "ArrowDown"), pressed(2, "Escape", target=body), pressed(3, "Tab", target=body)) == [
        ("KEY", "ArrowDown"),
        ("KEY", "Escape"),
    ]


def test_an_action_without_a_pointer_is_in_the_middle_of_its_element() -> None:
    (step,) = steps(pressed(1, "Enter"))
    assert (step.x, step.y) == (60.0, 40.0)
    (step,) = steps(loaded(1))
    assert (step.x, step.y) == (None, None)


def test_what_happened_before_the_video_is_at_its_beginning() -> None:
    assert [step.t_ms for step in steps(click(1, at=-5_000.0), click(2, at=50.0))] == [0, 50]
    without_video = steps(click(1, at=700.0), click(2, at=1_700.0), clock=None)
    assert [step.t_ms for step in without_video] == [0, 1_000]


def test_steps_are_in_the_order_of_time_also_when_tabs_delivered_late() -> None:
    found = steps(click(1, at=900.0), click(2, SIZE, tab_id=8, at=100.0))
    assert [step.first_seq for step in found] == [2, 1]


@pytest.mark.parametrize("type", list(EventType))
def test_every_type_of_event_is_reduced_without_an_error(type: str) -> None:
    assert len(steps(event(1, type))) <= 1


def test_nothing_is_reduced_to_nothing() -> None:
    assert steps() == []
