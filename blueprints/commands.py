"""What whoever runs an installation tells it at the command line: `flask storage setup`."""

import click
from flask.cli import AppGroup

from blueprints import web
from codesight.adapters.storage import Condition, Outcome

storage = AppGroup("storage", help="Where files are kept.")

_SAID = {
    Outcome.RIGHT: "as it should be",
    Outcome.BUILT_IN: "nothing to set",
    Outcome.DIFFERS: "differs",
    Outcome.CHANGED: "changed",
    Outcome.FAILED: "could not be read or set",
}
_WRONG = {Outcome.DIFFERS, Outcome.FAILED}


@storage.command("setup")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when something is not as it should be.")
def setup(check: bool) -> None:
    """Set the bucket up: who may send files, stale uploads, replaced files. Can be repeated."""
    conditions = web.storage().prepare([web.settings().public_url], change=not check)
    for condition in conditions:
        for line in lines(condition):
            click.echo(line)
    if any(condition.outcome in _WRONG for condition in conditions):
        raise SystemExit(1)


def lines(condition: Condition) -> list[str]:
    """A condition as it is printed."""
    if condition.outcome not in _WRONG | {Outcome.CHANGED}:
        return [f"{condition.name}: {_SAID[condition.outcome]}", f"  is: {condition.wanted}"]
    now = "is" if condition.outcome is Outcome.CHANGED else "should be"
    rows = (("was", condition.was), (now, condition.wanted), ("why", condition.why), ("do", condition.advice))
    return [f"{condition.name}: {_SAID[condition.outcome]}", *(f"  {name}: {text}" for name, text in rows if text)]
