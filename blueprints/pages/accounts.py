"""The owner's pages about people: who may do what, and the audit of who changed what."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import PersonForm, RoleForm, ensure_pressed, problems_of, show_refusal
from blueprints.security import letters
from blueprints.web import Session, reading, transaction, viewer
from codesight.accounts import actions, queries
from codesight.accounts.models import Account, Role
from codesight.accounts.rules import hash_password, new_password
from codesight.clock import now
from codesight.errors import Problem
from codesight.reports import audit as audit_of
from codesight.reports.audit import Kind, Place, Wanted
from codesight.workers import actions as workers

bp = Blueprint("accounts", __name__, url_prefix="/owner")

PAGE = 50
"""Rows of a table on one page."""


@bp.get("/people")
@needs(Role.OWNER)
def people() -> ResponseReturnValue:
    """Everybody who can sign in, the newest first."""
    role, text = request.args.get("role", ""), request.args.get("text", "").strip()[:80].replace("\0", "")
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    chosen = Role(role) if role in set(Role) else None
    with reading() as db:
        found = queries.accounts(db, role=chosen, text=text, limit=PAGE + 1, offset=(page - 1) * PAGE)
        counts = queries.counts(db)
    return render_template(
        "owner/people.html",
        people=found[:PAGE],
        more=len(found) > PAGE,
        page=page,
        role=chosen,
        text=text,
        counts=counts,
        roles=Role,
        form=PersonForm(formdata=None),
    )


@bp.post("/people")
@needs(Role.OWNER)
def add() -> ResponseReturnValue:
    """Add somebody who runs the project with us; a mail lets them choose a password."""
    form = PersonForm()
    if not form.validate_on_submit():
        flash(problems_of(form), "error")
        return _back()
    try:
        # Nobody knows this password: the link in the mail sets one, and shows that the address is theirs.
        unknown = hash_password(new_password())
        with transaction() as db:
            account = actions.create_account(
                db,
                email=form.email.data or "",
                name=form.name.data or "",
                password_hash=unknown,
                role=Role(form.role.data),
                now=now(),
                by=viewer().id,
            )
            letters.welcome(db, account, viewer().name)
        flash(f"{account.name} gets a mail with a link to choose a password.")
    except Problem as problem:
        show_refusal(problem)
    return _back()


@bp.post("/people/<int:account_id>/role")
@needs(Role.OWNER)
def set_role(account_id: int) -> ResponseReturnValue:
    """Say what a person may do from now on."""
    form = RoleForm()
    if not form.validate_on_submit():
        flash(problems_of(form), "error")
        return _back()
    role = Role(form.role.data)
    return _change(
        account_id,
        lambda db, account, moment: workers.set_role(db, account, role, by=viewer().id, now=moment),
        f"{{}} is {role} now.",
        f"{{}} is {role} already.",
    )


@bp.post("/people/<int:account_id>/<any(close, open):verb>")
@needs(Role.OWNER)
def move(account_id: int, verb: str) -> ResponseReturnValue:
    """Let a person in no more, or again."""
    ensure_pressed()
    act = actions.close_account if verb == "close" else actions.open_account
    return _change(
        account_id,
        lambda db, account, moment: act(db, account, by=viewer().id, now=moment),
        "The account of {} is closed; their browsers and programs are signed out. What they earned stays theirs."
        if verb == "close"
        else "{} can sign in again.",
        "It was so already.",
    )


@bp.post("/people/<int:account_id>/second-factors")
@needs(Role.OWNER)
def take_second_factors(account_id: int) -> ResponseReturnValue:
    """For somebody who has lost phone and codes."""
    ensure_pressed()

    def take(db: Session, account: Account, moment: datetime) -> bool:
        actions.take_second_factors(db, account, by=viewer().id, now=moment)
        letters.second_factor_changed(db, account, "All your second factors were removed by the owner of the project")
        return True

    return _change(account_id, take, "{} signs in with the password alone until a new second factor is set up.", "")


@bp.get("/audit")
@needs(Role.OWNER)
def audit() -> ResponseReturnValue:
    """Who changed what, the newest first."""
    kind, subject = request.args.get("kind", ""), request.args.get("about", "").strip()[:80].replace("\0", "")
    by = request.args.get("by", type=int)
    wanted = Wanted(
        kind=Kind(kind) if kind in set(Kind) else None,
        by=by if by is not None and 0 < by < 2**31 else None,
        subject=subject,
        after=Place.read(request.args.get("after", "")),
    )
    with reading() as db:
        return render_template(
            "owner/audit.html",
            trail=audit_of.trail(db, wanted, PAGE),
            wanted=wanted,
            kinds=Kind,
            who=queries.names(db, [wanted.by] if wanted.by else []),
        )


def _change(
    account_id: int, act: Callable[[Session, Account, datetime], bool], done: str, nothing: str
) -> ResponseReturnValue:
    try:
        with transaction() as db:
            account = queries.account(db, account_id)
            changed = act(db, account, now())
        flash((done if changed else nothing).format(account.name))
    except Problem as problem:
        show_refusal(problem)
    return _back()


def _back() -> ResponseReturnValue:
    kept = {name: request.args[name] for name in ("page", "role", "text") if name in request.args}
    return redirect(url_for(".people", **kept))
