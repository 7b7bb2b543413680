"""All tables: imported by the migrations and the tests."""

from codesight import digests, idempotency, lifecycle, outbox, outgoing
from codesight.accounts import models as accounts
from codesight.analysis import models as analysis
from codesight.assignments import models as assignments
from codesight.capture import models as capture
from codesight.checks import models as checks
from codesight.checks.linking import models as linking
from codesight.db import Base
from codesight.exports import models as exports
from codesight.feedback import models as feedback
from codesight.gigs import models as gigs
from codesight.payouts import models as payouts
from codesight.recordings import models as recordings
from codesight.reviews import models as reviews
from codesight.reviews.messages import models as messages
from codesight.workers import models as workers
from codesight.workers.onboarding import models as onboarding
from codesight.workers.standing import models as standing

metadata = Base.metadata

MODULES = (
    idempotency,
    lifecycle,
    outgoing,
    outbox,
    digests,
    accounts,
    gigs,
    workers,
    onboarding,
    standing,
    assignments,
    recordings,
    capture,
    checks,
    linking,
    analysis,
    reviews,
    messages,
    payouts,
    exports,
    feedback,
)
"""Every module that defines tables."""
