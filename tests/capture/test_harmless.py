"""What is stored without being masked is what masking would not have changed."""

import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codesight.capture import harmless
from codesight.capture.harmless import is_harmless
from codesight.capture.masking import mask_event
from tests.capture.samples import decoded, event, key, target, text

CASES = json.loads((Path(__file__).parents[1] / "masking_cases.json").read_text(encoding="utf-8"))
TEXTS: list[str] = [words for case in CASES["text"] + CASES["url"] for words in (case["in"], case["out"])]


def places(words: str) -> Iterator[dict[str, Any]]:
    """The text in every place of an event where one can stand."""
    yield event(1, url=words)
    yield event(1, title=words)
    yield event(1, frame_path=[words])
    yield event(1, shadow_path=["x-shop", words])
    yield event(1, value=text(words))
    yield event(1, "dialog", value={"kind": "dialog", "dialog": "alert", "text": words, "answer": "accepted"})
    yield event(1, "drag", value={"kind": "drag", "dx": 1.0, "dy": 1.0, "onto": target("#a", text=words)})
    for changes in ({"name": words}, {"text": words}, {"role": words[:90]}, {"attributes": {"title": words}}):
        yield event(1, target=target("#a", **changes))
    yield event(1, target=target(words))


def masks_nothing(sample: dict[str, Any]) -> bool:
    masked, kinds = mask_event(sample)
    return masked == sample and not any(kinds.values())


def test_an_event_is_harmless_where_masking_changes_nothing_and_nowhere_else() -> None:
    for words in TEXTS:
        for sample in places(words):
            assert is_harmless(decoded(sample)[0]) == masks_nothing(sample), sample


def test_what_is_private_is_not_remembered() -> None:
    assert TEXTS
    for words in TEXTS:
        changed = not masks_nothing(event(1, title=words))
        is_harmless(decoded(event(1, title=words))[0])
        assert not (changed and words in harmless._remembered), words


@pytest.mark.parametrize("alphabet", ["0123456789abcdef-", "0123456789-_", "DEGB0123456789-", "2345-678"])
def test_an_id_is_kept_where_masking_keeps_it(alphabet: str) -> None:
    dice = random.Random(alphabet)
    parts = ["".join(dice.choices(alphabet, k=dice.randint(1, 8))) for _ in range(40)]
    parts += ["DE89", "37040044", "05320130", "00", "4111-1111", "206-555-0123", "-", "x"]
    names = ["".join(dice.choices(parts, k=dice.randint(1, 8)))[:64] for _ in range(500)]
    names += [str(uuid.UUID(int=dice.getrandbits(128))) for _ in range(100)]
    names += ["DE89370400440532013000", "a-DE89-3704-0044-0532-0130-00", "4111_1111_1111_1111", "1-206-555-0123"]
    for name in names:
        sample = event(1, client_event_id=name)
        assert is_harmless(decoded(sample)[0]) == masks_nothing(sample), name


PASSWORD = {"type": "password"}


@pytest.mark.parametrize(
    ("changes", "harmless"),
    [
        ({"target": target("#q"), "value": text("jeans")}, True),
        ({"target": target("#q", attributes={"value": "jeans"})}, True),
        ({"value": key("Enter")}, True),
        ({"value": {"kind": "masked", "text": "[password]", "reason": "password"}}, True),
        ({"target": target("#p", attributes=PASSWORD)}, True),
        ({"target": target("#p", attributes=PASSWORD), "value": text("hunter")}, False),
        ({"target": target("#p", attributes=PASSWORD), "value": key("hunter")}, False),
        ({"target": target("#p", attributes={**PASSWORD, "value": "hunter"})}, False),
        ({"value": {"kind": "masked", "text": "hunter", "reason": "password"}}, False),
        ({"value": {"kind": "masked", "text": "[password]", "reason": "hunter"}}, False),
        (
            {"value": {"kind": "drag", "dx": 1.0, "dy": 1.0,
                       "onto": target("#p", attributes={**PASSWORD, "value": "hunter"})}},
            False,
        ),
    ],
)  # fmt: skip
def test_a_private_fields_content_is_never_harmless(changes: dict[str, Any], harmless: bool) -> None:
    sample = event(1, "input", **changes)
    assert is_harmless(decoded(sample)[0]) == harmless == masks_nothing(sample)


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harmless, "_MOST_REMEMBERED", 10)
    monkeypatch.setattr(harmless, "_remembered", set())
    for n in range(100):
        assert is_harmless(decoded(event(1, title=f"Page {n}"))[0])
        assert len(harmless._remembered) <= 10
