"""Amounts."""

import pytest

from codesight import money


# A package's price is split over its scenarios by largest remainder: $50 / 15 = 10 × 333 + 5 × 334.
def test_fifty_dollars_over_fifteen_scenarios_lose_no_cent() -> None:
    assert money.split(5000, 15) == [333] * 10 + [334] * 5


@pytest.mark.parametrize("cents", [0, 1, 7, 2000, 3500, 4999])
@pytest.mark.parametrize("parts", [1, 2, 3, 10, 15])
def test_the_parts_make_the_whole_and_differ_by_a_cent_at_most(cents: int, parts: int) -> None:
    split = money.split(cents, parts)
    assert (sum(split), len(split)) == (cents, parts)
    assert max(split) - min(split) <= 1


@pytest.mark.parametrize(("cents", "parts"), [(-1, 2), (100, 0)])
def test_what_cannot_be_split_is_refused(cents: int, parts: int) -> None:
    with pytest.raises(ValueError, match="cannot split"):
        money.split(cents, parts)


@pytest.mark.parametrize(
    ("cents", "currency", "shown"),
    [(1250, "USD", "$12.50"), (-5, "USD", "-$0.05"), (1250, "EUR", "12.50 EUR"), (-100, "EUR", "-1.00 EUR")],
)
def test_people_read_an_amount_with_its_currency_and_sign(cents: int, currency: str, shown: str) -> None:
    assert money.text(cents, currency) == shown


@pytest.mark.parametrize(("cents", "written"), [(0, "0.00"), (7, "0.07"), (-7, "-0.07"), (123456, "1234.56")])
def test_machines_read_two_decimals(cents: int, written: str) -> None:
    assert money.decimal(cents) == written


@pytest.mark.parametrize(
    ("typed", "cents"), [("20", 2000), ("20.5", 2050), (" 20.50 ", 2050), ("0", 0), ("0.07", 7), ("1234567", 123456700)]
)
def test_an_amount_that_a_person_typed_is_read_to_the_cent(typed: str, cents: int) -> None:
    assert money.cents(typed) == cents


@pytest.mark.parametrize("typed", ["", "x", "-1", "1,50", "1.505", "1e3", "NaN", "$5", "٣", ".5", "5.", "12345678"])
def test_anything_else_is_no_amount(typed: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        money.cents(typed)
