"""A gig as a marketplace's form wants it, to be copied field by field."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.pages.gigs import bp
from blueprints.pages.gigs.forms import LinkForm, PostingForm
from blueprints.pages.gigs.waves import offer_waves
from blueprints.web import reading, settings, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.errors import NotFound
from codesight.gigs import postings, queries, rules
from codesight.gigs.models import Invitation
from codesight.gigs.postings import TEMPLATE_NAMES, TEMPLATES, Template, Values
from codesight.gigs.queries import WholeGig
from codesight.lifecycle import WaveState


@bp.route("/gigs/<int:gig_id>/post", methods=["GET", "POST"])
@needs(Role.OWNER)
def post(gig_id: int) -> ResponseReturnValue:
    """The texts with the owner's values; they are seen before anything is entered, filled in from the gig."""
    name = request.args.get("template", TEMPLATE_NAMES[0])
    if name not in TEMPLATES:
        raise NotFound("unknown_template", "There is no text for this marketplace.")
    template = TEMPLATES[name]
    with reading() as db:
        whole = queries.whole(db, queries.gig(db, gig_id))
    links = [link for link in whole.links if not rules.over(link, now())]
    form = _form(whole, links, template)
    entered = form.validate() if form.is_submitted() else True
    values = _values(form, whole, links) if entered else None
    filled = postings.render(template, values) if values else []
    page = render_template(
        "gigs/post.html",
        whole=whole,
        templates=TEMPLATES,
        name=name,
        template=template,
        form=form,
        link_form=_link_form(whole, name, template),
        filled=filled,
        pieces=[piece for one in filled for piece in one.pieces],
        differing=postings.differing(values.offers, whole.packages) if values else [],
    )
    return page, 200 if entered else 422


def _form(whole: WholeGig, links: list[Invitation], template: Template) -> PostingForm:
    form = PostingForm()
    form.link.choices = [(0, "None yet"), *((link.id, _described(link)) for link in links)]
    if not form.is_submitted():
        asked = request.args.get("link", type=int)
        fit = [link.id for link in links if link.marketplace == template.marketplace]
        form.link.data = asked if asked in [link.id for link in links] else fit[0] if fit else 0
        form.currency.data = whole.gig.currency
        for package in whole.packages:
            form[package.tier.value].data = package.price_cents
        form.area.data = rules.area(whole.scenarios)
        form.contact.data = viewer().email
        form.requirements.data = "\n".join(postings.REQUIREMENTS)
    return form


def _link_form(whole: WholeGig, name: str, template: Template) -> LinkForm:
    form = LinkForm(formdata=None)
    offer_waves(form, whole.waves)
    form.marketplace.data, form.note.data, form.post.data = template.marketplace, template.title, name
    return form


def _values(form: PostingForm, whole: WholeGig, links: list[Invitation]) -> Values:
    chosen = next((link for link in links if link.id == form.link.data), None)
    join = url_for("account.join", token=chosen.token) if chosen else ""
    return Values(
        currency=form.currency.data or "",
        area=(form.area.data or "").strip(),
        contact=(form.contact.data or "").strip(),
        requirements=postings.lines(form.requirements.data or ""),
        link=settings().public_url + join if join else "",
        lease_hours=settings().lease_hours,
        offers=tuple(postings.offer(one, form[one.tier.value].data) for one in whole.packages),
    )


def _described(link: Invitation) -> str:
    uses = "for one worker" if link.max_uses == 1 else f"for {link.max_uses - link.uses} more"
    closed = "" if link.wave.state == WaveState.OPEN else " (not open now)"
    return f"{link.wave.name}{closed}: {link.note}, {uses}, until {link.expires_at:%d %b}"
