"""The shades of a product's picture. The pictures themselves are small SVG templates in `drawings/`."""

VIEWS = {"front": "front view", "detail": "close-up", "scene": "on a shelf"}

_BACKDROPS = {
    "shoes": ("#efe6da", "#e2d3c0"),
    "jeans": ("#e3e9ee", "#cfdae3"),
    "dresses": ("#f3e4e1", "#e8d0cb"),
    "jewelry": ("#e9e6f0", "#d8d3e4"),
    "laptops": ("#e4ece6", "#cfddd3"),
    "gifts": ("#f5ecd7", "#ead9b4"),
}


def shades(color: str, category: str) -> dict[str, str]:
    """Fill colors for a drawing: the color itself, lighter and darker ones, and the two of the backdrop."""
    near, far = _BACKDROPS[category]
    return {
        "main": color,
        "light": _mix(color, "#ffffff", 0.28),
        "pale": _mix(color, "#ffffff", 0.6),
        "dark": _mix(color, "#1b1420", 0.28),
        "deep": _mix(color, "#1b1420", 0.55),
        "near": near,
        "far": far,
    }


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(a + (b - a) * share) for a, b in pairs).hex()
