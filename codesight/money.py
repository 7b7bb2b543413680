"""Money is integer cents and a currency; never a float."""

import re

_AMOUNT = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,2}))?")


def split(cents: int, parts: int) -> list[int]:
    """Split an amount into `parts` by largest remainder: the sum is exact and no two parts differ by more than a cent.

    The larger parts come last: 5000 over 15 gives ten times 333 and five times 334.
    Raises ValueError for a negative amount or fewer than one part.
    """
    if cents < 0 or parts < 1:
        raise ValueError(f"cannot split {cents} cents into {parts} parts")
    small, larger = divmod(cents, parts)
    return [small] * (parts - larger) + [small + 1] * larger


def text(cents: int, currency: str) -> str:
    """An amount for people: `$12.50` for US dollars, `12.50 EUR` for others; the sign comes first."""
    sign = "-" if cents < 0 else ""
    amount = decimal(abs(cents))
    return f"{sign}${amount}" if currency == "USD" else f"{sign}{amount} {currency}"


def cents(amount: str) -> int:
    """The cents of an amount that a person typed: `20`, `20.5` or `20.50`. Raises ValueError for anything else."""
    found = _AMOUNT.fullmatch(amount.strip())
    if found is None:
        raise ValueError(f"not an amount: {amount[:40]!r}")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def decimal(cents: int) -> str:
    """An amount for machines: `12.50`, `-0.05`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def fee(cents: int, basis_points: int) -> int:
    """What paying an amount costs on top, at a rate in hundredths of a percent; a part of a cent counts as a whole."""
    return -(-cents * basis_points // 10_000)
