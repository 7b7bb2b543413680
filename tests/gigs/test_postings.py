"""The texts for the marketplaces."""

from dataclasses import replace

import msgspec
import pytest

from codesight.gigs import postings
from codesight.gigs.models import Level, Narration, Tier
from codesight.gigs.postings import TEMPLATE_NAMES, TEMPLATES, Field, Offer, Piece, Template, Values
from codesight.payouts.rules import CHANNEL_NAMES
from codesight.workers.models import Channel

OFFERS = (
    Offer(Tier.BASIC, 2000, 100, 5, 60, Level.ENTRY, Narration.SOME),
    Offer(Tier.STANDARD, 3500, 100, 10, 120, Level.EXPERIENCED, Narration.THOUGHTS),
    Offer(Tier.PREMIUM, 5000, 150, 15, 180, Level.EXPERT, Narration.DETAILED),
)
LINK = "https://codesight.example/join/abcdefghijklmnopqrstuvwx"
VALUES = Values(
    currency="USD",
    area="clothing and electronics",
    contact="owner@codesight.example",
    requirements=postings.REQUIREMENTS,
    link=LINK,
    lease_hours=72,
    offers=OFFERS,
)


def made(*fields: Field, link: str = "{link}") -> Template:
    return Template("Somewhere", "A post", "Order", link, (), fields)


def only(template: Template, values: Values = VALUES) -> Piece:
    (filled,) = postings.render(template, values)
    (piece,) = filled.pieces
    return piece


def pieces(template: Template, values: Values = VALUES) -> list[Piece]:
    return [piece for filled in postings.render(template, values) for piece in filled.pieces]


def text_of(template: Template, name: str, values: Values = VALUES) -> str:
    return next(piece.text for piece in pieces(template, values) if piece.name == name)


def test_no_text_is_forgotten() -> None:
    assert {path.stem for path in postings.FOLDER.iterdir()} == set(TEMPLATE_NAMES) == set(TEMPLATES)
    assert {path.suffix for path in postings.FOLDER.iterdir()} == {".toml"}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATE_NAMES)
def test_every_text_fits_its_marketplace_with_the_three_packages_as_they_were_promised(template: Template) -> None:
    assert [piece for piece in pieces(template) if piece.problems] == []


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATE_NAMES)
def test_every_limit_says_where_it_is_from(template: Template) -> None:
    assert [field.label for field in template.fields if (field.limit or field.least) and not field.source] == []
    assert template.notes


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATE_NAMES)
def test_title_description_requirements_packages_and_link_are_in_every_post(template: Template) -> None:
    whole = "\n".join(piece.text for piece in pieces(template))
    for told in ("clothing and electronics", *postings.REQUIREMENTS, "$20", "$35", "$50", LINK):
        assert told in whole
    assert {"Basic", "Standard", "Premium"} <= {piece.part for piece in pieces(template)}
    assert any("title" in piece.name.lower() for piece in pieces(template))


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATE_NAMES)
def test_a_marketplaces_workers_are_paid_there(template: Template) -> None:
    assert CHANNEL_NAMES[Channel(template.marketplace.lower())] == template.marketplace


# Fiverr: gig title 80, description 1,200, package description 100, five search tags of 20.
def test_fiverrs_form_is_filled_in_field_by_field() -> None:
    limits = {field.label: field.limit for field in TEMPLATES["fiverr"].fields}
    assert limits.items() >= {
        "Gig title": 80, "Search tag": 20, "Package name": 35, "Package description": 100, "Description": 1200,
        "Requirement": 450, "Price": None,
    }.items()  # fmt: skip
    assert sum(piece.name.startswith("Search tag") for piece in pieces(TEMPLATES["fiverr"])) == 5
    assert text_of(TEMPLATES["fiverr"], "Gig title").startswith("I will ")
    assert text_of(TEMPLATES["fiverr"], "Package name, Premium") == "15 shopping goals, 3 hours"
    assert text_of(TEMPLATES["fiverr"], "Price, Standard") == "35"


# Fiverr and Upwork refuse links and contact details in public: help.fiverr.com, Gig policies.
@pytest.mark.parametrize("name", ["fiverr", "upwork"])
def test_the_link_stands_only_where_the_marketplace_lets_it_stand(name: str) -> None:
    with_link = [piece.name for piece in pieces(TEMPLATES[name]) if LINK in piece.text]
    assert with_link == [{"fiverr": "Message on the order page", "upwork": "Message with the offer"}[name]]
    sneaked = replace(VALUES, requirements=("Fluent English", "Look at www.shop.example first"))
    refused = {piece.name for piece in pieces(TEMPLATES[name], sneaked) if piece.problems}
    assert "Description" in refused
    assert with_link[0] not in refused


def test_prolific_fills_in_the_workers_own_id() -> None:
    assert text_of(TEMPLATES["prolific"], "Study link") == LINK + "?order={{%PROLIFIC_PID%}}"


def test_a_text_that_just_fits_is_taken_and_one_character_more_is_refused_and_never_cut() -> None:
    template = made(Field("Title", text="Shop for {area}", limit=20, source="x"))
    fits = only(template, replace(VALUES, area="a" * 11))
    assert (fits.length, fits.problems) == (20, ())
    over = only(template, replace(VALUES, area="a" * 14))
    assert over.text == "Shop for " + "a" * 14
    assert over.problems == ("3 characters too long. Shorten what you entered.",)


def test_a_text_that_is_too_short_is_refused() -> None:
    assert only(made(Field("Title", text="Shop", least=10, source="x"))).problems == ("6 characters too short.",)


# Browsers count UTF-16: a form that takes 80 takes 40 emoji.
@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("“é”", 3), ("👟", 2), ("a\nb", 3)])
def test_characters_are_counted_as_forms_count_them(text: str, length: int) -> None:
    assert postings.length(text) == length


@pytest.mark.parametrize(
    ("missing", "text", "said"),
    [
        ({"link": ""}, "Join: {link}", "Choose or make an invitation link."),
        ({"contact": ""}, "Ask {contact}", "Say how people reach you."),
        ({"area": ""}, "For {area}", "Say what the goals are about."),
        ({"requirements": ()}, "{requirements}", "Say what it takes."),
    ],
)
def test_what_is_missing_is_asked_for_where_a_text_needs_it(missing: dict[str, object], text: str, said: str) -> None:
    assert only(made(Field("Title", text=text)), replace(VALUES, **missing)).problems == (said,)  # type: ignore[arg-type]
    assert only(made(Field("Title", text="Plain")), replace(VALUES, **missing)).problems == ()  # type: ignore[arg-type]


def test_braces_that_the_owner_enters_and_those_of_the_marketplace_stay() -> None:
    template = made(Field("Title", text="{area} {{%THEIRS%}} {requirements_line}"))
    values = replace(VALUES, area="{link}", requirements=("{contact}",))
    assert only(template, values).text == "{link} {{%THEIRS%}} {contact}"


def test_a_package_without_a_bonus_does_not_speak_of_one() -> None:
    template = made(Field("Reward", text="{pay}{bonus}.", each_package=True))
    values = replace(VALUES, offers=(replace(OFFERS[0], bonus_cents=0), replace(OFFERS[1], pay_cents=3550)))
    assert [p.text for p in pieces(template, values)] == ["$20.", "$35.50, and $1 more for each five-star recording."]


@pytest.mark.parametrize(
    ("currency", "cents", "shown"), [("USD", 10000, "$100"), ("USD", 10050, "$100.50"), ("EUR", 2000, "20 EUR")]
)
def test_pay_is_told_with_its_currency_and_without_empty_cents(currency: str, cents: int, shown: str) -> None:
    values = replace(VALUES, currency=currency, offers=(replace(OFFERS[0], pay_cents=cents),))
    assert only(made(Field("Pay", text="{pay}", each_package=True)), values).text == shown


@pytest.mark.parametrize(("hours", "told"), [(72, "3 days"), (24, "1 day"), (12, "12 hours"), (36, "36 hours")])
def test_the_time_that_a_package_is_reserved_is_told_in_words(hours: int, told: str) -> None:
    assert only(made(Field("Time", text="{reserved}")), replace(VALUES, lease_hours=hours)).text == told


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ('label = "Title"\ntext = "{prize}"', "prize"),
        ('label = "Title"\ntext = "{pay}"', "pay"),  # whose? only a field of each package knows
        ('label = "Title"\ntexts = ["x", "{prize}"]', "prize"),
        ('label = "Title"\ntext = "x"\nlimmit = 80', "limmit"),
        ('label = "Title"\ntext = "x"\nlimit = "80"', "limit"),
    ],
)
def test_a_mistake_in_a_file_is_named_before_anybody_sees_it(content: str, wrong: str) -> None:
    head = 'marketplace = "M"\ntitle = "T"\norder = "O"\nlink = "{link}"\nnotes = []\n[[fields]]\n'
    with pytest.raises((ValueError, msgspec.ValidationError), match=wrong):
        postings.template((head + content).encode())


def test_a_template_says_which_values_it_uses() -> None:
    assert TEMPLATES["upwork"].uses("contact")
    assert not TEMPLATES["fiverr"].uses("contact")


def test_requirements_are_read_one_to_a_line_with_or_without_signs_before_them() -> None:
    assert postings.lines("- One\n\n • Two \n* Three\nFour - five\n  ") == ("One", "Two", "Three", "Four - five")
