"""What is booked where."""

import pytest

from codesight.errors import Invalid
from codesight.payouts.models import EntryKind
from codesight.payouts.rules import accrued, postings, signed, valid_reference
from codesight.reviews.rules import Earned

PAY, BONUS = EntryKind.PAY, EntryKind.BONUS
NO_PAY, NO_BONUS = EntryKind.PAY_CORRECTION, EntryKind.BONUS_CORRECTION


# Each review version posts only the difference to what was accrued.
@pytest.mark.parametrize(
    ("so_far", "target", "made"),
    [
        (Earned(0, 0), Earned(400, 100), [(PAY, 400), (BONUS, 100)]),
        (Earned(0, 0), Earned(400, 0), [(PAY, 400)]),
        (Earned(400, 0), Earned(400, 100), [(BONUS, 100)]),
        (Earned(400, 0), Earned(400, 0), []),
        (Earned(400, 100), Earned(400, 0), [(NO_BONUS, 100)]),
        (Earned(400, 100), Earned(0, 0), [(NO_PAY, 400), (NO_BONUS, 100)]),
        (Earned(0, 0), Earned(0, 0), []),
    ],
)
def test_only_the_difference_is_posted(so_far: Earned, target: Earned, made: list[tuple[EntryKind, int]]) -> None:
    entries = postings(17, so_far, target)
    assert [(entry.kind, entry.cents) for entry in entries] == made
    assert accrued([*zip((PAY, BONUS), so_far, strict=True), *made]) == target


def test_pay_goes_from_the_expense_to_the_worker_and_a_correction_back() -> None:
    (pay,) = postings(17, Earned(0, 0), Earned(400, 0))
    (back,) = postings(17, Earned(400, 0), Earned(0, 0))
    assert (pay.debit, pay.credit) == ("expense:pay", "worker:17") == (back.credit, back.debit)
    assert (signed(pay.debit, 400, "worker:17"), signed(back.debit, 400, "worker:17")) == (400, -400)


def test_a_payout_is_not_counted_as_earned() -> None:
    with pytest.raises(ValueError, match="no earning"):
        accrued([(EntryKind.PAYOUT, 400)])


def test_a_reference_is_trimmed_and_must_be_there() -> None:
    assert valid_reference("  PP-77 ") == "PP-77"
    for nonsense in ("", "   ", "x" * 121):
        with pytest.raises(Invalid):
            valid_reference(nonsense)
