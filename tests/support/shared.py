"""What comes out the same in every test is worked out once for all tests of a process; see docs/decisions/0043."""

from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_ENGINES: dict[str, Engine] = {}
_compile = Rule._compile_builder
_builders: dict[tuple[Any, ...], Any] = {}


def share_statements(engine: Engine) -> Engine:
    """Let the engine use the statements that others of its kind have compiled, and what they know of their server."""
    first = _ENGINES.setdefault(engine.dialect.name, engine)
    if first is engine:
        engine.update_execution_options(compiled_cache=LRUCache(2000))
        with engine.connect():
            pass  # the dialect asks the server what it can do
    else:
        engine.dialect = first.dialect
        engine.update_execution_options(compiled_cache=first.get_execution_options()["compiled_cache"])
    return engine


def share_rules() -> None:
    """Let the rules of one application's addresses be the next one's: compiling them is most of making it."""
    Rule._compile_builder = _kept_builder  # type: ignore[method-assign]


def _kept_builder(rule: Rule, append_unknown: bool = True) -> Any:
    key = (rule.rule, repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]
