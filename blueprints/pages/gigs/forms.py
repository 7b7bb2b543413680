"""The forms of the gigs' pages."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DecimalField, Field, Form, FormField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput, TextInput

from blueprints.forms import no_nul, readable
from codesight import money
from codesight.errors import Invalid
from codesight.gigs import postings, rules
from codesight.gigs.actions import FIRST_SLOTS, INVITATION_DAYS
from codesight.gigs.models import Gig, Level, Narration, Package, Scenario, Tier
from codesight.gigs.postings import TEMPLATES
from codesight.gigs.rules import PackagePlan, ScenarioPlan

MARKETPLACES = tuple(template.marketplace for template in TEMPLATES.values())
TIERS = tuple(tier.value for tier in Tier)
MOST_SLOTS = 1000


class MoneyField(Field):
    """An amount as people write it; its data are cents."""

    widget = TextInput()

    def __init__(self, label: str, *, least: int = 0, **more: Any) -> None:
        super().__init__(label, [InputRequired()], render_kw={"inputmode": "decimal"}, **more)
        self.least = least

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else money.decimal(self.data).removesuffix(".00")

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = money.cents(valuelist[0])
            except ValueError as problem:
                raise ValueError("Write an amount such as 20 or 20.50.") from problem

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data is not None and self.data < self.least:
            raise ValidationError(f"At least {money.decimal(self.least)}.")


def _words(kind: Sequence[Any], words: dict[Any, str]) -> list[Any]:
    return [SelectChoice(one.value, words[one]) for one in kind]


class PackageForm(Form):
    """A tier's offer; part of a larger form."""

    price = MoneyField("Pay for the whole package", least=100)
    bonus = MoneyField("Bonus for each five-star recording")
    scenario_count = IntegerField("Scenarios in the package", [InputRequired(), NumberRange(1, 50)])
    minutes = IntegerField("Minutes to plan for it", [InputRequired(), NumberRange(5, 1440)])
    level = SelectField("Who may take it", choices=_words(list(Level), postings.LEVELS))
    narration = SelectField("What is said aloud", choices=_words(list(Narration), postings.NARRATION))

    def show(self, package: Package) -> None:
        """Begin with the offer as it stands."""
        self.price.data, self.bonus.data = package.price_cents, package.bonus_cents
        self.scenario_count.data, self.minutes.data = package.scenario_count, package.minutes
        self.level.data, self.narration.data = package.level.value, package.narration.value

    def plan(self, tier: Tier) -> PackagePlan:
        """What was entered, once it is valid."""
        return PackagePlan(
            tier=tier,
            price_cents=self.price.data,
            bonus_cents=self.bonus.data,
            scenario_count=self.scenario_count.data or 0,
            minutes=self.minutes.data or 0,
            level=Level(self.level.data),
            narration=Narration(self.narration.data),
        )


def pasted(form: Form, field: TextAreaField) -> None:
    """A validator: lines that are scenarios."""
    try:
        rules.scenarios(field.data or "")
    except Invalid as problem:
        raise ValidationError(problem.message) from problem


class NewPackageForm(PackageForm):
    """A tier's offer with its first scenarios."""

    scenarios = TextAreaField("Scenarios, one to a line", [DataRequired(), no_nul, pasted], render_kw={"rows": 8})

    def goals(self) -> list[ScenarioPlan]:
        """What was pasted, once it is valid."""
        return rules.scenarios(self.scenarios.data or "")


class WordsForm(FlaskForm):
    """What a gig is called and says."""

    title = StringField("Title", [DataRequired(), Length(max=120), no_nul, readable])
    description = TextAreaField("What it is about", [DataRequired(), Length(max=2000), no_nul], render_kw={"rows": 3})


class GigForm(WordsForm):
    """A gig from scratch."""

    currency = SelectField("Currency", choices=[SelectChoice(c, c) for c in rules.CURRENCIES])
    wanted = IntegerField("Demonstrations of each scenario", [InputRequired(), NumberRange(1, MOST_SLOTS)])
    basic = FormField(NewPackageForm)
    standard = FormField(NewPackageForm)
    premium = FormField(NewPackageForm)

    def show(self, packages: Sequence[Package]) -> None:
        """Begin with the offers of another gig, or of the first one."""
        self.wanted.data = FIRST_SLOTS
        for package in packages:
            self[package.tier.value].form.show(package)


class EditForm(WordsForm):
    """A gig's words and offers, to be changed."""

    basic = FormField(PackageForm)
    standard = FormField(PackageForm)
    premium = FormField(PackageForm)

    def show(self, title: str, description: str, packages: Sequence[Package]) -> None:
        """Begin with all of it as it stands."""
        self.title.data, self.description.data = title, description
        for package in packages:
            self[package.tier.value].form.show(package)


class ScenariosForm(FlaskForm):
    """More scenarios for a tier."""

    tier = SelectField("For the package", choices=[SelectChoice(tier, tier.title()) for tier in TIERS])
    lines = TextAreaField("One to a line", [DataRequired(), no_nul, pasted], render_kw={"rows": 6})
    wanted = IntegerField("Demonstrations of each", [InputRequired(), NumberRange(1, MOST_SLOTS)], default=FIRST_SLOTS)


class SlotsForm(FlaskForm):
    """More demonstrations of the scenarios of a tier."""

    tier = SelectField("Package", choices=[SelectChoice(tier, tier.title()) for tier in TIERS])
    more = IntegerField("How many more of each", [InputRequired(), NumberRange(1, MOST_SLOTS)], default=FIRST_SLOTS)


class ScenarioForm(FlaskForm):
    """One scenario in other words."""

    category = StringField("Category", [DataRequired(), no_nul])
    goal = StringField("Goal", [DataRequired(), no_nul])
    constraints = TextAreaField("What to look out for, one to a line", [DataRequired(), no_nul], render_kw={"rows": 5})

    def show(self, scenario: Scenario) -> None:
        """Begin with the words as they stand."""
        self.category.data, self.goal.data = scenario.category, scenario.goal
        self.constraints.data = "\n".join(scenario.constraints)


class WaveForm(FlaskForm):
    """A new round of workers."""

    name = StringField("Name", [DataRequired(), Length(max=60), no_nul, readable])
    quota = IntegerField("How many workers", [InputRequired(), NumberRange(1, 10_000)])
    budget = MoneyField("Budget", least=100)


class ResizeForm(FlaskForm):
    """Another quota and budget for a wave."""

    quota = IntegerField("How many workers", [InputRequired(), NumberRange(1, 10_000)])
    budget = MoneyField("Budget", least=100)


class LinkForm(FlaskForm):
    """A new invitation link."""

    wave = SelectField("Into", coerce=int)
    marketplace = SelectField(
        "For orders at",
        choices=[*(SelectChoice(name, name) for name in MARKETPLACES), SelectChoice("", "no marketplace")],
    )
    note = StringField("Your note", [DataRequired(), Length(max=120), no_nul])
    max_uses = IntegerField("Workers", [InputRequired(), NumberRange(1, 1000)], default=1)
    days = IntegerField("Days", [InputRequired(), NumberRange(1, 365)], default=INVITATION_DAYS)
    post = StringField("Post", [Optional()], widget=HiddenInput())
    """The template whose page asked for it, to go back to."""


class PostingForm(FlaskForm):
    """The owner's values for a marketplace's texts."""

    link = SelectField("Invitation link in the text", coerce=int)
    currency = SelectField("Currency", choices=[SelectChoice(c, c) for c in rules.CURRENCIES])
    basic = MoneyField("Pay, Basic", least=100)
    standard = MoneyField("Pay, Standard", least=100)
    premium = MoneyField("Pay, Premium", least=100)
    area = StringField("What the goals are about", [DataRequired(), Length(max=120), no_nul])
    contact = StringField("How people reach you", [Optional(), Length(max=200), no_nul])
    requirements = TextAreaField(
        "What it takes, one to a line", [DataRequired(), Length(max=2000), no_nul], render_kw={"rows": 6}
    )


class TermsForm(FlaskForm):
    """How a gig's scenarios are given out."""

    start_hours = IntegerField("Hours to begin a package", [InputRequired(), NumberRange(1, 24 * 90)])
    times_per_worker = IntegerField("Times one worker gets a scenario", [InputRequired(), NumberRange(1, 100)])
    gold_percent = IntegerField("Gold scenarios, in percent", [InputRequired(), NumberRange(0, 100)])
    fee_percent = DecimalField("Fee for paying, in percent", [InputRequired(), NumberRange(0, 100)])

    @classmethod
    def of(cls, gig: Gig) -> "TermsForm":
        """The form as a gig has it now."""
        now = {name: getattr(gig, name) for name in ("start_hours", "times_per_worker", "gold_percent")}
        return cls(formdata=None, data=now | {"fee_percent": Decimal(gig.fee_bp) / 100})
