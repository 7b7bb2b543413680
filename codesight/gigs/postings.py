"""What a marketplace's own form is filled in with: the texts of `gig_templates/`, with the owner's values. Pure.

A template is data: `gig_templates/<name>.toml`. A new marketplace is a file there and its name in `TEMPLATE_NAMES`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from codesight import money
from codesight.gigs.models import Level, Narration, Package, Tier

FOLDER = Path(__file__).parents[2] / "gig_templates"
TEMPLATE_NAMES = ("fiverr", "upwork", "prolific")

REQUIREMENTS = (
    "Fluent English",
    "At home with online shopping",
    "A reliable internet connection",
    "A laptop or desktop computer with Chrome or Chromium, and a microphone",
    "Able to follow simple instructions",
)
"""What is asked of workers unless the owner says otherwise."""

LEVELS = {
    Level.ENTRY: "Anybody may take it",
    Level.EXPERIENCED: "For experienced workers",
    Level.EXPERT: "For experts",
}
NARRATION = {
    Narration.SOME: "Say now and then what you think",
    Narration.THOUGHTS: "Say what you think as you go",
    Narration.DETAILED: "Explain every choice in detail",
}

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_ADDRESS = re.compile(r"https?://\S*|www\.\S+|[\w.+-]+@[\w-]+\.\w+", re.IGNORECASE)

_OF_THE_GIG = {"area", "contact", "requirements", "requirements_line", "link", "packages", "reserved"}
_OF_A_PACKAGE = {"tier", "pay", "amount", "bonus", "scenarios", "minutes", "hours", "level", "narration"}
_MISSING = {
    "area": "Say what the goals are about.",
    "contact": "Say how people reach you.",
    "requirements": "Say what it takes.",
    "requirements_line": "Say what it takes.",
    "link": "Choose or make an invitation link.",
}
"""What to do when a value that a text needs is not there."""


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of the marketplace's form."""

    label: str
    text: str = ""
    """With `{placeholders}`; what else is in braces is the marketplace's own and stays."""
    texts: tuple[str, ...] = ()
    """In place of `text`, for a field that is there several times."""
    each_package: bool = False
    """Whether it is filled in once for each package; only then may it speak of one."""
    limit: int | None = None
    """The most characters it takes; None where no limit is known."""
    least: int = 0
    source: str = ""
    """Where the limits are from."""
    addresses: bool = True
    """Whether the marketplace lets links and e-mail addresses stand in it."""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to post on one marketplace."""

    marketplace: str
    """By the name that people know; links carry it."""
    title: str
    """What is posted there: `Fiverr gig`."""
    order: str
    """What identifies an order there, for the worker who is asked for it."""
    link: str
    """The address that brings a worker in; `{link}` is the invitation link."""
    notes: tuple[str, ...]
    """What the owner should know before posting."""
    fields: tuple[Field, ...]

    def uses(self, placeholder: str) -> bool:
        """Whether any of its texts speaks of this."""
        return any(placeholder in _PLACEHOLDER.findall(text) for text in self._texts())

    def _texts(self) -> Iterator[str]:
        yield self.link
        for field in self.fields:
            yield from field.texts or (field.text,)


@dataclass(frozen=True)
class Offer:
    """A package as the texts tell of it."""

    tier: Tier
    pay_cents: int
    bonus_cents: int
    scenarios: int
    minutes: int
    level: Level
    narration: Narration


@dataclass(frozen=True)
class Values:
    """What the owner puts into the texts; an empty one is missing where a text needs it."""

    currency: str
    area: str
    contact: str
    requirements: tuple[str, ...]
    link: str
    """The invitation link's address."""
    lease_hours: int
    """How long a claimed package stays reserved."""
    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class Piece:
    """One finished text, to be copied into one place."""

    name: str
    """`Gig title`, `Search tag 2`, `Price, Basic`."""
    part: str
    """What tells it from the others of its field: `2`, `Basic`; empty for the only one."""
    text: str
    """Whole, however long it is: cutting is for people."""
    length: int
    problems: tuple[str, ...]
    """Why the marketplace would not take it as it is, and what to do; empty when it can be copied."""


@dataclass(frozen=True)
class Filled:
    """A field of the marketplace's form with all that is copied into it."""

    field: Field
    pieces: tuple[Piece, ...]


def offer(package: Package, pay_cents: int | None = None) -> Offer:
    """A package's offer; at another pay when that is given."""
    return Offer(
        tier=package.tier,
        pay_cents=package.price_cents if pay_cents is None else pay_cents,
        bonus_cents=package.bonus_cents,
        scenarios=package.scenario_count,
        minutes=package.minutes,
        level=package.level,
        narration=package.narration,
    )


def template(content: bytes) -> Template:
    """A template out of its file. Raises msgspec.ValidationError, and ValueError for a placeholder that is unknown."""
    made = msgspec.toml.decode(content, type=Template)
    for field in made.fields:
        known = _OF_THE_GIG | _OF_A_PACKAGE if field.each_package else _OF_THE_GIG
        for text in (*(field.texts or (field.text,)), made.link):
            unknown = set(_PLACEHOLDER.findall(text)) - known
            if unknown:
                raise ValueError(f"{made.title}, {field.label}: no such placeholder: {', '.join(sorted(unknown))}")
    return made


TEMPLATES = {name: template((FOLDER / f"{name}.toml").read_bytes()) for name in TEMPLATE_NAMES}
"""By name, in the order in which they are shown."""


def render(template: Template, values: Values) -> list[Filled]:
    """The finished texts, field by field, in the order of the marketplace's form."""
    words = _words(template, values)
    return [Filled(field, tuple(_pieces(field, words, values))) for field in template.fields]


def length(text: str) -> int:
    """How many characters a form counts: an emoji is two of them, as in every browser."""
    return len(text.encode("utf-16-le")) // 2


def _pieces(field: Field, words: Mapping[str, str], values: Values) -> Iterator[Piece]:
    if field.each_package:
        for one in values.offers:
            of_package, tier = {**words, **_package_words(one, values.currency)}, one.tier.value.title()
            yield _piece(field, f"{field.label}, {tier}", tier, field.text, of_package)
    elif field.texts:
        for number, text in enumerate(field.texts, 1):
            yield _piece(field, f"{field.label} {number}", str(number), text, words)
    else:
        yield _piece(field, field.label, "", field.text, words)


def _piece(field: Field, name: str, part: str, text: str, words: Mapping[str, str]) -> Piece:
    done = _fill(text, words)
    size = length(done)
    missing = [name for name in _PLACEHOLDER.findall(text) if name in _MISSING and not words[name]]
    problems = list(dict.fromkeys(_MISSING[name] for name in missing))
    if field.limit is not None and size > field.limit:
        problems.append(f"{size - field.limit} characters too long. Shorten what you entered.")
    if size < field.least:
        problems.append(f"{field.least - size} characters too short.")
    if not field.addresses and (found := _ADDRESS.search(done)):
        problems.append(f"No links and no e-mail addresses may stand here. Take out “{found[0]}”.")
    return Piece(name, part, done, size, tuple(problems))


def _fill(text: str, words: Mapping[str, str]) -> str:
    # In one go, so that braces in what the owner entered stay what they are.
    filled = _PLACEHOLDER.sub(lambda found: words[found[1]], text)
    lines = "\n".join(line.rstrip() for line in filled.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _words(template: Template, values: Values) -> dict[str, str]:
    words = {
        "area": values.area,
        "contact": values.contact,
        "requirements": "\n".join(f"- {one}" for one in values.requirements),
        "requirements_line": "; ".join(values.requirements),
        "packages": "\n".join(_line(one, values.currency) for one in values.offers),
        "reserved": _reserved(values.lease_hours),
        "link": "",
    }
    if values.link:
        words["link"] = template.link.replace("{link}", values.link)
    return words


def _line(one: Offer, currency: str) -> str:
    pay, hours = _short(one.pay_cents, currency), _hours(one.minutes)
    return f"- {one.tier.value.title()}: {pay} for {one.scenarios} goals, about {hours}. {LEVELS[one.level]}."


def _package_words(one: Offer, currency: str) -> dict[str, str]:
    return {
        "tier": one.tier.value.title(),
        "pay": _short(one.pay_cents, currency),
        "amount": _plain(one.pay_cents),
        "bonus": _bonus(one, currency),
        "scenarios": str(one.scenarios),
        "minutes": str(one.minutes),
        "hours": _hours(one.minutes),
        "level": LEVELS[one.level],
        "narration": NARRATION[one.narration],
    }


def _bonus(one: Offer, currency: str) -> str:
    return f", and {_short(one.bonus_cents, currency)} more for each five-star recording" if one.bonus_cents else ""


def _short(cents: int, currency: str) -> str:
    return money.text(cents, currency).replace(".00", "", 1) if cents % 100 == 0 else money.text(cents, currency)


def _plain(cents: int) -> str:
    return str(cents // 100) if cents % 100 == 0 else money.decimal(cents)


def _hours(minutes: int) -> str:
    if minutes % 60:
        return f"{minutes} minutes"
    return "1 hour" if minutes == 60 else f"{minutes // 60} hours"


def _reserved(hours: int) -> str:
    if hours % 24:
        return f"{hours} hours"
    return "1 day" if hours == 24 else f"{hours // 24} days"


def lines(text: str) -> tuple[str, ...]:
    """What somebody typed one to a line, without the signs that lists begin with."""
    return tuple(kept for line in text.splitlines() if (kept := line.strip().lstrip("-•* ").strip()))


def differing(offers: Sequence[Offer], packages: Sequence[Package]) -> list[str]:
    """The tiers whose pay in the text is not what the gig pays."""
    pays = {package.tier: package.price_cents for package in packages}
    return [one.tier.value.title() for one in offers if pays[one.tier] != one.pay_cents]
