"""What the owner says about workers."""

from datetime import UTC, datetime
from decimal import Decimal

from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, DecimalField, HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from blueprints.forms import no_nul
from codesight.gigs.models import Level, Narration, Tier
from codesight.workers.standing.models import SuspensionScope
from codesight.workers.standing.rules import Bar, Rule

NARRATION_WORDS = {
    Narration.SOME: "now and then",
    Narration.THOUGHTS: "their thoughts",
    Narration.DETAILED: "in detail",
}
_SPOKEN = [SelectChoice(one.value, NARRATION_WORDS[one]) for one in Narration]
_SCOPES = [
    SelectChoice(SuspensionScope.ALL.value, "all new work"),
    SelectChoice(SuspensionScope.GIG.value, "new work of their gig"),
    *(SelectChoice(f"tier {tier}", f"the {tier} package of their gig") for tier in Tier),
]


class LevelForm(FlaskForm):
    """Saying what a worker may take."""

    level = SelectField("Level", choices=[SelectChoice(level.value, level.value) for level in Level])
    narration = SelectField("Speaks", choices=_SPOKEN)


class SuspendForm(FlaskForm):
    """Keeping a worker from new work."""

    what = SelectField("From", choices=_SCOPES)
    until = DateTimeLocalField("Until, in UTC; empty: until you lift it", [Optional()])
    reason = TextAreaField("Reason; the worker reads it", [DataRequired("Say why."), Length(max=500), no_nul])

    @property
    def scope(self) -> SuspensionScope:
        """Of what."""
        return SuspensionScope(self.what.data.partition(" ")[0])

    @property
    def tier(self) -> Tier | None:
        """Of which package, if of one only."""
        name = self.what.data.partition(" ")[2]
        return Tier(name) if name else None

    @property
    def end(self) -> datetime | None:
        """When it ends by itself."""
        return self.until.data.replace(tzinfo=UTC) if self.until.data else None


class ReasonForm(FlaskForm):
    """Saying why."""

    reason = TextAreaField("Reason", [DataRequired("Say why."), Length(max=500), no_nul])


class AppealForm(FlaskForm):
    """A worker sees a suspension otherwise."""

    appeal = TextAreaField("Why do you see it otherwise?", [DataRequired("Say why."), Length(max=1000), no_nul])


def _number(label: str, least: int, most: int) -> IntegerField:
    return IntegerField(label, [InputRequired("Enter a number."), NumberRange(least, most, f"{least} to {most}.")])


def _stars() -> DecimalField:
    few = [InputRequired("Enter a number."), NumberRange(Decimal(1), Decimal(5), "1 to 5.")]
    return DecimalField("Stars on average", few, places=2)


class RuleForm(FlaskForm):
    """The rule of levels."""

    version = HiddenField()
    window = _number("How many of the last recordings count", 1, 200)
    thoughts = _number("Percent of the time for “their thoughts”", 1, 100)
    detailed = _number("Percent of the time for “in detail”", 1, 100)
    experienced_accepted = _number("Accepted recordings", 1, 1000)
    experienced_stars = _stars()
    experienced_first_pass = _number("Percent accepted at the first try", 0, 100)
    experienced_narration = SelectField("Speaks", choices=_SPOKEN)
    expert_accepted = _number("Accepted recordings", 1, 1000)
    expert_stars = _stars()
    expert_first_pass = _number("Percent accepted at the first try", 0, 100)
    expert_narration = SelectField("Speaks", choices=_SPOKEN)

    def show(self, version: int, rule: Rule) -> None:
        """Begin with the rule as it stands."""
        self.version.data = str(version)
        self.window.data, self.thoughts.data, self.detailed.data = rule.window, rule.thoughts, rule.detailed
        for level, bar in (("experienced", rule.experienced), ("expert", rule.expert)):
            for name in ("accepted", "first_pass", "narration"):
                self[f"{level}_{name}"].data = getattr(bar, name)
            self[f"{level}_stars"].data = Decimal(bar.stars) / 100

    @property
    def rule(self) -> Rule:
        """What was entered."""
        return Rule(
            self.window.data, self._bar("experienced"), self._bar("expert"), self.thoughts.data, self.detailed.data
        )

    def _bar(self, level: str) -> Bar:
        accepted, stars, first, spoken = (
            self[f"{level}_{name}"].data for name in ("accepted", "stars", "first_pass", "narration")
        )
        return Bar(accepted, round(stars * 100), first, Narration(spoken))
