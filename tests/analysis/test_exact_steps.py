"""One action each, however many events the browser made of it; the events stay as they were."""

from typing import Any

import pytest

from codesight.analysis.steps import reduce
from tests.analysis.test_steps import ADD, SEARCH, SIZE, click, kinds, pressed, scrolled, steps, told, typed
from tests.capture.samples import decoded, event, pointer, target, text

NUMBER = target("#qty", "input", role="spinbutton", attributes={"type": "number"})


def test_forty_ticks_of_the_wheel_are_one_scroll() -> None:
    ticks = [scrolled(1 + i, 100, at=i * 210.0) for i in range(40)]
    assert told(*ticks) == [("SCROLL", "0,4000")]
    assert told(*ticks[:20], event(100, "hover", target=ADD, pointer=pointer(), at=4_150.0), *ticks[20:]) == [
        ("SCROLL", "0,4000")
    ]


def test_a_field_that_the_browser_filled_is_one_type() -> None:
    filled = [typed(seq, "Seattle", cause="autofill", at=seq * 5.0) for seq in (1, 2)]
    assert told(*filled, event(3, "input", target=SEARCH, value=text("Seattle"), at=20.0)) == [("TYPE", "Seattle")]


def test_words_composed_with_an_input_method_are_one_type() -> None:
    # What is composed comes as one edit; the keys that choose a word are not told at all.
    assert told(click(1, SEARCH), typed(2, "青い"), typed(3, "青いジーンズ"), pressed(4, "Enter")) == [
        ("TYPE", "青いジーンズ"),
        ("ENTER", "Enter"),
    ]


@pytest.mark.parametrize("clicks", [2, 3, 4])
def test_a_double_click_is_one_action_also_when_it_goes_on(clicks: int) -> None:
    double = event(3, "double_click", target=ADD, pointer=pointer(), at=151.0)
    more = [click(4 + i, at=250.0 + i * 100) for i in range(clicks - 2)]
    assert told(click(1, at=0.0), click(2, at=150.0), double, *more) == [("CLICK", "double")]


def test_what_was_marked_in_a_field_before_typing_is_a_part_of_it() -> None:
    double = event(3, "double_click", target=SEARCH, pointer=pointer(), at=151.0)
    found = [click(1, SEARCH, at=0.0), click(2, SEARCH, at=150.0), double, typed(4, "shirt")]
    assert told(*found) == [("TYPE", "shirt")]
    marked = [pressed(1, "Control+a"), pressed(2, "Shift+ArrowLeft"), pressed(3, "Meta+z"), typed(4, "shirt")]
    assert told(*marked) == [("TYPE", "shirt")]


def test_pasting_into_a_field_is_typing_and_copying_is_one_action() -> None:
    paste = event(2, "paste", target=SEARCH, at=101.0)
    assert told(pressed(1, "Control+v", at=100.0), paste, typed(3, "blue jeans")) == [("TYPE", "blue jeans")]
    body = target("p", "p", text="Blue jeans")
    copy = event(2, "copy", target=body, at=101.0)
    assert told(pressed(1, "Control+c", target=body, at=100.0), copy) == [("COPY", "")]


def test_a_choice_made_with_arrow_keys_is_the_choice() -> None:
    keys = [pressed(seq, "ArrowDown", target=SIZE, at=seq * 10.0) for seq in (1, 2, 3)]
    assert told(*keys, event(4, "select", target=SIZE, value=text("32"), at=31.0)) == [("SELECT", "32")]
    first, second = (target(f"#r{n}", "input", attributes={"type": "radio"}) for n in (1, 2))
    ticked = event(2, "check", target=second, value={"kind": "checked", "text": "true"}, at=101.0)
    assert told(pressed(1, "ArrowDown", target=first, at=100.0), ticked) == [("CHECK", "true")]
    assert told(pressed(1, "ArrowUp", target=NUMBER), typed(2, "3", target=NUMBER)) == [("TYPE", "3")]


def test_a_way_through_suggestions_keeps_its_order() -> None:
    assert told(typed(1, "bl"), pressed(2, "ArrowDown"), pressed(3, "Enter")) == [
        ("TYPE", "bl"),
        ("KEY", "ArrowDown"),
        ("ENTER", "Enter"),
    ]


def drag(seq: int, **changes: Any) -> dict[str, Any]:
    value = {"kind": "drag", "dx": 120.0, "dy": -4.0, "onto": target("#cart", "div")}
    return event(seq, "drag", target=ADD, value=value, pointer=pointer(), **changes)


def test_a_drag_is_one_action_with_the_click_that_ends_it() -> None:
    assert told(drag(1, at=0.0), click(2, at=5.0)) == [("DRAG", "120,-4")]
    assert kinds(drag(1, at=0.0), click(2, SIZE, at=5.0)) == ["DRAG", "CLICK"]


def test_files_and_dialogs_are_steps_and_sizes_are_none() -> None:
    field = target("#photo", "input", attributes={"type": "file"})
    chosen = event(2, "file", target=field, value={"kind": "files", "count": 2}, at=20_000.0)
    assert told(click(1, field), chosen) == [("UPLOAD", "2")]
    said = {"kind": "dialog", "dialog": "confirm", "text": "Remove jeans?", "answer": "accepted"}
    [dialog] = reduce(decoded(event(1, "dialog", value=said)), None)
    assert (dialog.action_type, dialog.value, dialog.element_text) == ("DIALOG", "accepted", "Remove jeans?")
    assert kinds(event(1, "resize")) == []


def test_a_hover_that_changed_the_page_counts_before_the_click_into_what_it_opened() -> None:
    hover = event(1, "hover", target=SIZE, pointer=pointer(), cause="changed_page", at=0.0)
    assert kinds(hover, click(2, at=900.0)) == ["HOVER", "CLICK"]
    assert kinds({**hover, "cause": None}, click(2, at=900.0)) == ["CLICK"]
    rest = event(2, "hover", target=ADD, pointer=pointer(), at=600.0)
    assert kinds(hover, rest, click(3, at=900.0)) == ["HOVER", "CLICK"]
    opened_too = {**rest, "target": target("#b"), "cause": "changed_page"}
    assert steps(hover, opened_too, click(3, at=900.0))[0].first_seq == 2


def test_no_event_is_changed_or_left_out_by_reducing() -> None:
    events = decoded(click(1, SEARCH), typed(2, "a"), pressed(3, "ArrowLeft"), typed(4, "ab"), scrolled(5, 10))
    before = list(events)
    found = reduce(events, None)
    assert events == before
    assert [(step.first_seq, step.last_seq) for step in found] == [(1, 4), (5, 5)]
