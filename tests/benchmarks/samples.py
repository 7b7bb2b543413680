"""An ordinary event, as the extension sends a click."""

from typing import Any

from tests.capture.samples import event, pointer, target

ADDRESS = "https://shop.example/search?q=jeans&size=32"


def click(seq: int) -> dict[str, Any]:
    """A click on a product's button."""
    button = target("#add", name="Add to cart", text="Add to cart", attributes={"id": "add", "type": "submit"})
    return event(seq, url=ADDRESS, title="Jeans - Shop", target=button, pointer=pointer())
