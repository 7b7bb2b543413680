"""All gigs, one gig's waves, and the links that let workers in."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import ensure_pressed, problems_of, show_refusal
from blueprints.pages.gigs import bp
from blueprints.pages.gigs.forms import LinkForm, ResizeForm, WaveForm
from blueprints.pages.gigs.inviting import InviteForm
from blueprints.web import reading, settings, transaction, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.errors import Problem
from codesight.gigs import actions, queries, rules
from codesight.gigs.models import Wave
from codesight.gigs.postings import TEMPLATES
from codesight.lifecycle import WaveState
from codesight.workers import actions as workers
from codesight.workers import queries as worker_queries


@bp.get("/gigs")
@needs(Role.OWNER)
def index() -> ResponseReturnValue:
    """Every gig, newest first, with how its waves stand."""
    with reading() as db:
        return render_template(
            "gigs/index.html",
            gigs=[queries.whole(db, gig) for gig in queries.all_gigs(db)],
            members=worker_queries.members(db),
        )


@bp.get("/gigs/<int:gig_id>")
@needs(Role.OWNER)
def gig(gig_id: int) -> ResponseReturnValue:
    """A gig's waves and links."""
    with reading() as db:
        whole = queries.whole(db, queries.gig(db, gig_id))
        members = worker_queries.members(db)
    wave_form = WaveForm(formdata=None)
    wave_form.name.data = f"Wave {len(whole.waves) + 1}"
    wave_form.quota.data = rules.next_quota(len(whole.waves))
    link_form = LinkForm(formdata=None)
    offer_waves(link_form, whole.waves)
    return render_template(
        "gigs/gig.html",
        whole=whole,
        members=members,
        base=settings().public_url,
        wave_form=wave_form,
        link_form=link_form,
        invite_form=InviteForm(formdata=None),
        resize_forms={wave.id: _resize_form(wave) for wave in whole.waves},
        over={link.id: rules.over(link, now()) for link in whole.links},
    )


@bp.post("/gigs/<int:gig_id>/waves")
@needs(Role.OWNER)
def new_wave(gig_id: int) -> ResponseReturnValue:
    """A round of workers, to be opened when it is wanted."""
    form = WaveForm()
    try:
        if form.validate_on_submit():
            name, quota, budget = form.name.data or "", form.quota.data or 0, form.budget.data
            with transaction() as db:
                gig = queries.gig(db, gig_id)
                actions.create_wave(db, gig.id, name=name, quota=quota, budget_cents=budget, now=now(), by=viewer().id)
            flash(f"{name} is made. Open it when workers may come.")
        else:
            flash(problems_of(form), "error")
    except Problem as problem:
        show_refusal(problem)
    return redirect(url_for(".gig", gig_id=gig_id))


@bp.post("/waves/<int:wave_id>/<any(open, close):verb>")
@needs(Role.OWNER)
def move_wave(wave_id: int, verb: str) -> ResponseReturnValue:
    """Let workers in, or nobody else."""
    ensure_pressed()
    act = actions.open_wave if verb == "open" else actions.close_wave
    with reading() as db:
        gig_id = queries.wave(db, wave_id).gig_id
    try:
        with transaction() as db:
            wave = queries.wave(db, wave_id)
            act(db, wave, now=now(), by=viewer().id)
        flash(f"{wave.name} is open." if verb == "open" else f"{wave.name} is closed; who has work keeps it.")
    except Problem as problem:
        show_refusal(problem)
    return redirect(url_for(".gig", gig_id=gig_id))


@bp.post("/waves/<int:wave_id>/size")
@needs(Role.OWNER)
def resize(wave_id: int) -> ResponseReturnValue:
    """Another budget and quota: never less than is spent, promised or inside."""
    form = ResizeForm()
    with reading() as db:
        gig_id = queries.wave(db, wave_id).gig_id
    try:
        if form.validate_on_submit():
            with transaction() as db:
                wave = queries.wave(db, wave_id)
                actions.set_budget(db, wave, form.budget.data, now=now(), by=viewer().id)
                workers.set_quota(db, wave, form.quota.data or 0, now=now(), by=viewer().id)
            flash(f"{wave.name} has its new size.")
        else:
            flash(problems_of(form), "error")
    except Problem as problem:
        flash(f"Nothing was changed. {problem.message}", "error")
    return redirect(url_for(".gig", gig_id=gig_id))


@bp.post("/gigs/<int:gig_id>/links")
@needs(Role.OWNER)
def new_link(gig_id: int) -> ResponseReturnValue:
    """An invitation link into one of the gig's waves."""
    form = LinkForm()
    with reading() as db:
        offer_waves(form, queries.waves(db, queries.gig(db, gig_id).id))
    made = None
    if form.validate_on_submit():
        with transaction() as db:
            made = actions.invite(
                db,
                queries.wave(db, form.wave.data),
                note=form.note.data or "",
                marketplace=form.marketplace.data or "",
                max_uses=form.max_uses.data or 0,
                days=form.days.data or 0,
                now=now(),
                by=viewer().id,
            )
        flash(f"The link “{made.note}” is ready.")
    else:
        flash(problems_of(form), "error")
    if form.post.data in TEMPLATES:
        return redirect(url_for(".post", gig_id=gig_id, template=form.post.data, link=made.id if made else None))
    return redirect(url_for(".gig", gig_id=gig_id, _anchor="links"))


@bp.post("/links/<token>/revoke")
@needs(Role.OWNER)
def revoke(token: str) -> ResponseReturnValue:
    """End a link."""
    ensure_pressed()
    with transaction() as db:
        invitation = queries.invitation(db, token)
        actions.revoke(db, invitation, now=now(), by=viewer().id)
    flash("The link lets nobody in any more. Who came by it stays.")
    return redirect(url_for(".gig", gig_id=invitation.wave.gig_id, _anchor="links"))


def offer_waves(form: LinkForm, waves: Sequence[Wave]) -> None:
    """Let the form choose among the waves that workers can come into, now or when they open."""
    form.wave.choices = [(wave.id, wave.name) for wave in waves if wave.state != WaveState.CLOSED]


def _resize_form(wave: Wave) -> ResizeForm:
    form = ResizeForm(formdata=None)
    form.quota.data, form.budget.data = wave.quota, wave.budget_cents
    return form
