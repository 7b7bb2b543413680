"""The twin of a payment service."""

import pytest

from codesight.adapters.payments import ManualPayments, Payments, Transfer
from codesight.errors import Conflict


def test_without_a_payment_service_nothing_pretends_to_be_sent() -> None:
    payments: Payments = ManualPayments()
    assert not payments.sends
    with pytest.raises(Conflict) as refusal:
        payments.send(Transfer(key="payout-3-1", payout_id=3, destination="a@example.org", cents=500, currency="USD"))
    assert (refusal.value.code, refusal.value.details) == ("paid_by_hand", {"payout": 3})
