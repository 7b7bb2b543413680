"""What is kept of what people write."""

import pytest

from codesight.reviews.feedback.rules import cleaned


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("I typed 4242 4242 4242 4242 by mistake", "I typed [card] by mistake"),
        ("write to me: quentin@mailbox.example", "write to me: [email]"),
        ("my password: Zebra-Quartz-9417, sorry", "my password: [password] sorry"),
        ("The password is Zebra-Quartz-9417", "The password is [password]"),
        ("PIN=0417", "PIN=[password]"),
        ("passcode was: hunter", "passcode was: [password]"),
        # Nothing was told, so nothing is taken out.
        ("The password is wrong.", "The password is wrong."),
        ("It asked for a password, twice", "It asked for a password, twice"),
        ("Under $80, size 32, 10:30 am", "Under $80, size 32, 10:30 am"),
    ],
)
def test_what_is_private_in_a_free_text_is_not_kept(written: str, kept: str) -> None:
    assert cleaned(written) == kept
    assert cleaned(kept) == kept
