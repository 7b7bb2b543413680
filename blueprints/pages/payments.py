"""The payer's pages: what is due, batches, the books."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs, scoped
from blueprints.forms import PaidForm, ensure_pressed, problems_of, show_refusal
from blueprints.web import reading, transaction, viewer
from codesight.accounts.models import Role, Scope
from codesight.clock import now
from codesight.errors import NotFound, Problem
from codesight.lifecycle import PayoutState
from codesight.payouts import actions, files, queries
from codesight.payouts.rules import CHANNEL_NAMES
from codesight.reports import books as invariants
from codesight.workers.models import Channel

bp = Blueprint("payments", __name__, url_prefix="/payments")

PAGE = 100
"""Rows of the ledger on one page."""


@bp.get("")
@needs(Role.PAYER, Role.OWNER)
def due() -> ResponseReturnValue:
    """Who is owed what, why, and by which channel."""
    with reading() as db:
        return render_template(
            "payments/due.html",
            groups=queries.due_groups(db),
            payouts=queries.due(db),
            underway=[one for one in queries.batches(db) if one.paid < one.payouts],
            channels=CHANNEL_NAMES,
        )


@bp.post("/due/<channel>/<currency>")
@needs(Role.PAYER)
def make_batch(channel: str, currency: str) -> ResponseReturnValue:
    """Take all that is due by a channel together."""
    ensure_pressed()
    if channel not in set(Channel):
        raise NotFound("unknown_channel", "Nobody is paid by such a channel.")
    try:
        with transaction() as db:
            made = actions.make_batch(db, Channel(channel), currency, by=viewer().id, now=now())
    except Problem as problem:
        show_refusal(problem)
        return redirect(url_for(".due"))
    flash(f"Batch {made.id} is made. Download its file, pay, and write down the references here.")
    return redirect(url_for(".batch", batch_id=made.id))


@bp.get("/batches")
@needs(Role.PAYER, Role.OWNER)
def batches() -> ResponseReturnValue:
    """All batches, newest first."""
    with reading() as db:
        return render_template("payments/batches.html", batches=queries.batches(db), channels=CHANNEL_NAMES)


@bp.get("/batches/<int:batch_id>")
@needs(Role.PAYER, Role.OWNER)
def batch(batch_id: int) -> ResponseReturnValue:
    """One batch with its payouts."""
    with reading() as db:
        return render_template(
            "payments/batch.html",
            batch=queries.batch(db, batch_id),
            channels=CHANNEL_NAMES,
            open_state=PayoutState.APPROVED,
        )


@bp.get("/batches/<int:batch_id>/payments.csv")
@needs(Role.PAYER, Role.OWNER)
@scoped(Scope.EXPORT)
def payments_csv(batch_id: int) -> ResponseReturnValue:
    """The batch for whoever pays it by hand."""
    with reading() as db:
        return _csv(files.payments_csv(queries.batch(db, batch_id)), f"codesight-batch-{batch_id}.csv")


@bp.get("/batches/<int:batch_id>/paypal.csv")
@needs(Role.PAYER, Role.OWNER)
@scoped(Scope.EXPORT)
def paypal_csv(batch_id: int) -> ResponseReturnValue:
    """The batch as PayPal Payouts takes it."""
    try:
        with reading() as db:
            return _csv(files.paypal_csv(queries.batch(db, batch_id)), f"codesight-paypal-{batch_id}.csv")
    except Problem as problem:
        show_refusal(problem)
        return redirect(url_for(".batch", batch_id=batch_id))


@bp.post("/batches/<int:batch_id>/paid")
@needs(Role.PAYER)
def mark_all_paid(batch_id: int) -> ResponseReturnValue:
    """All that is left of a batch was paid under one reference."""
    form = PaidForm()
    if not form.validate_on_submit():
        flash(problems_of(form), "error")
        return redirect(url_for(".batch", batch_id=batch_id))
    try:
        with transaction() as db:
            left = [p for p in queries.batch(db, batch_id).payouts if p.state == PayoutState.APPROVED]
            for payout in left:
                actions.mark_paid(db, payout, form.reference.data or "", by=viewer().id, now=now())
        flash(f"{len(left)} marked as paid, and the workers are told." if left else "Nothing was left to pay.")
    except Problem as problem:
        show_refusal(problem)
    return redirect(url_for(".batch", batch_id=batch_id))


@bp.post("/payouts/<int:payout_id>/paid")
@needs(Role.PAYER)
def mark_paid(payout_id: int) -> ResponseReturnValue:
    """One payout was paid."""
    form = PaidForm()
    with reading() as db:
        batch_id = queries.payout(db, payout_id).batch_id
    if not form.validate_on_submit():
        flash(problems_of(form), "error")
        return _back_to(batch_id)
    try:
        with transaction() as db:
            actions.mark_paid(db, queries.payout(db, payout_id), form.reference.data or "", by=viewer().id, now=now())
        flash(f"Payout {payout_id} is marked as paid, and the worker is told.")
    except Problem as problem:
        show_refusal(problem)
    return _back_to(batch_id)


@bp.post("/payouts/<int:payout_id>/take-back")
@needs(Role.PAYER)
def take_back(payout_id: int) -> ResponseReturnValue:
    """Take a payout out of its batch; it is due again."""
    ensure_pressed()
    with reading() as db:
        batch_id = queries.payout(db, payout_id).batch_id
    try:
        with transaction() as db:
            actions.take_back(db, queries.payout(db, payout_id), by=viewer().id, now=now())
        flash(f"Payout {payout_id} is out of the batch; what is owed is due again.")
    except Problem as problem:
        show_refusal(problem)
    return _back_to(batch_id)


@bp.get("/books")
@needs(Role.PAYER, Role.OWNER)
def books() -> ResponseReturnValue:
    """The ledger, the balances, and whether they hold together."""
    before = _number("before")
    with reading() as db:
        entries = queries.ledger(db, before, limit=PAGE + 1)
        return render_template(
            "payments/books.html",
            entries=entries[:PAGE],
            more=len(entries) > PAGE,
            before=before,
            balances=queries.balances(db),
            totals=queries.totals(db),
            broken=invariants.check(db),
        )


@bp.get("/ledger.csv")
@needs(Role.PAYER, Role.OWNER)
@scoped(Scope.EXPORT)
def ledger_csv() -> ResponseReturnValue:
    """Every posting."""
    with reading() as db:
        return _csv(files.ledger_csv(db), "codesight-ledger.csv")


def _csv(text: str, filename: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename={filename}", "Cache-Control": "no-store"}
    return Response(text, content_type="text/csv; charset=utf-8", headers=headers)


def _number(name: str) -> int | None:
    # A number that the database's column cannot hold asks for nothing.
    value = request.args.get(name, type=int)
    return value if value is not None and 0 < value < 2**31 else None


def _back_to(batch_id: int | None) -> ResponseReturnValue:
    return redirect(url_for(".due") if batch_id is None else url_for(".batch", batch_id=batch_id))
