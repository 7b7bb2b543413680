"""Money is integer cents and a currency; never a float."""


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


def decimal(cents: int) -> str:
    """An amount for machines: `12.50`, `-0.05`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def fee(cents: int, basis_points: int) -> int:
    """What paying an amount costs on top, at a rate in hundredths of a percent; a part of a cent counts as a whole."""
    return -(-cents * basis_points // 10_000)
