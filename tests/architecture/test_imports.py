"""Who may import whom."""

import ast

import pytest

from codesight import FLOW
from tests.architecture.source import ROOT, imports, modules

FLOOR = {
    "adapters", "clock", "config", "db", "digests", "errors", "idempotency", "ids", "letters", "lifecycle", "money",
    "outbox", "outgoing", "platform", "policy", "tables",
}  # fmt: skip
SHARED = {"models", "rules", "actions", "queries"}
# `capture` has no plug-ins; these are its parts, named in the design.
PARTS = {
    # Folders of their own: what somebody does between joining and the first package, and what they may do.
    "workers": {"onboarding", "standing"},
    "reviews": {"feedback", "levels", "messages"},
    "capture": {"protocol", "events", "masking", "uploads", "documents", "tickets", "writer"},
    # The invariants are a program of their own; people and changes are read over several stages.
    "reports": {"audit", "books", "people", "roster"},
}
# `linking` compares submissions of several people, which no check of one can; `training` judges practice;
# `drafts` is what `steps` builds with.
BASES = {
    "checks": {"base", "linking", "speech_signal", "training"},
    "analysis": {"base", "drafts"},
    "exports": {"base"},
}

STAGES = list(FLOW)


def test_the_flow_names_exactly_the_folders_of_the_domain() -> None:
    folders = {path.parent.name for path in (ROOT / "codesight").glob("*/__init__.py")} - {"adapters"}
    assert folders == set(FLOW)


def test_the_domain_knows_neither_web_nor_queue() -> None:
    barred = {"flask", "flask_login", "flask_wtf", "wtforms", "rq", "redis", "werkzeug", "blueprints", "jobs"}
    # What Flask-Security needs on the account model is the one exception.
    offences = [
        f"{name}:{line} imports {what}"
        for name, tree in modules("codesight").items()
        for line, what in imports(tree)
        if what.split(".")[0] in barred
        or (what.split(".")[0] == "flask_security" and name != "codesight.accounts.models")
    ]
    assert offences == []


def test_a_stage_knows_only_earlier_stages_and_the_floor_knows_none() -> None:
    offences = []
    for name, tree in modules("codesight").items():
        own = name.split(".")[1] if "." in name else ""
        for line, what in imports(tree):
            parts = what.split(".")
            if parts[0] != "codesight" or len(parts) < 2 or parts[1] not in STAGES or parts[1] == own:
                continue
            # `tables` is the list of all tables.
            if own in FLOOR - {"tables"} or (own in STAGES and STAGES.index(parts[1]) > STAGES.index(own)):
                offences.append(f"{name}:{line} imports {what}")
    assert offences == []


def test_between_stages_only_the_agreed_modules_are_imported() -> None:
    offences = []
    for name, tree in modules("codesight").items():
        own = name.split(".")[1] if "." in name else ""
        for line, what in imports(tree):
            parts = what.split(".")
            if own not in STAGES or parts[0] != "codesight" or len(parts) < 3:
                continue
            if parts[1] not in STAGES or parts[1] == own:
                continue
            allowed = SHARED | PARTS.get(parts[1], set()) | BASES.get(parts[1], set())
            if parts[2] not in allowed and parts[2].islower():
                offences.append(f"{name}:{line} imports {what}")
    assert offences == []


def test_jobs_know_the_domain_and_pages_know_only_the_pipeline() -> None:
    offences = [
        f"{name}:{line} imports {what}"
        for name, tree in modules("jobs").items()
        for line, what in imports(tree)
        if what.split(".")[0] in {"blueprints", "flask", "flask_security"}
    ]
    offences += [
        f"{name}:{line} imports {what}"
        for name, tree in modules("blueprints").items()
        for line, what in imports(tree)
        if what.split(".")[0] == "jobs" and what not in {"jobs", "jobs.pipeline"}
    ]
    assert offences == []


def test_the_web_holds_no_sql() -> None:
    # Flask-Security's accounts, the types that handlers name, and whether the database answers at all.
    allowed = {"blueprints.security.people", "blueprints.web", "blueprints.api.health"}
    offences = [
        f"{name}:{line} imports {what}"
        for name, tree in modules("blueprints").items()
        for line, what in imports(tree)
        if what.split(".")[0] == "sqlalchemy" and name not in allowed
    ]
    assert offences == []


@pytest.mark.parametrize("package", ["checks", "analysis", "exports"])
def test_every_plug_in_module_is_listed(package: str) -> None:
    listed = next(
        node.value
        for node in ast.walk(modules("codesight")[f"codesight.{package}"])
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Tuple)
    )
    names = {element.id for element in listed.elts if isinstance(element, ast.Name)}
    present = (
        {name.rpartition(".")[2] for name in modules("codesight") if name.startswith(f"codesight.{package}.")}
        - SHARED
        - BASES[package]
    )
    assert names == present


def test_only_the_edges_open_and_close_transactions() -> None:
    offences = []
    for name, tree in modules("codesight").items():
        # The writer is the socket's edge: one transaction a group.
        if name in {"codesight.db", "codesight.capture.writer"}:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}:
                offences.append(f"{name}:{node.lineno} .{node.attr}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "transaction":
                offences.append(f"{name}:{node.lineno} transaction()")
    assert offences == []


def test_only_the_settings_read_the_environment() -> None:
    offences = [
        f"{name}:{line}"
        for package in ("codesight", "blueprints")
        for name, tree in modules(package).items()
        for line, what in imports(tree)
        if what == "os.environ" or (what == "os" and name != "codesight.config" and "environ" in ast.unparse(tree))
    ]
    assert offences == []
