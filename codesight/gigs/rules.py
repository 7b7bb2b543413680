"""Who may take which package."""

from codesight.gigs.models import Level

_ORDER = list(Level)


def may_take(has: Level, asked: Level) -> bool:
    """Whether a worker of level `has` may take a package that asks for level `asked`."""
    return _ORDER.index(has) >= _ORDER.index(asked)
