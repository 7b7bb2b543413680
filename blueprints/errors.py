"""Errors as answers: one JSON shape for machines, one page for people, and no stack trace for either."""

import structlog
from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from codesight.errors import NotSignedIn, Problem

log = structlog.get_logger()

_MACHINE_PATHS = ("/api/", "/health", "/extension-ws", "/files/")


def register(app: Flask) -> None:
    """Every error of the app goes through here."""
    app.register_error_handler(Problem, on_problem)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(Exception, on_crash)


def on_problem(problem: Problem) -> AnyResponse | tuple[AnyResponse | str, int]:
    """A refusal that the domain has put into words."""
    if isinstance(problem, NotSignedIn) and not for_machines():
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    return answer(problem.status, problem.code, problem.message, problem.details)


def on_http(error: HTTPException) -> AnyResponse | tuple[AnyResponse | str, int]:
    """What Flask and werkzeug refuse by themselves: unknown paths, wrong methods, bodies that are too large."""
    if error.response is not None or error.code is None:
        return error.get_response()
    # Python's own names for statuses differ from version to version.
    code = error.name.lower().replace(" ", "_")
    said, status = answer(error.code, code, error.description or error.name, {})
    if isinstance(said, Response):
        theirs = error.get_response().headers
        said.headers.extend(
            {name: theirs[name] for name in ("Allow", "Content-Range", "Retry-After") if name in theirs}
        )
    return said, status


def on_crash(error: Exception) -> tuple[AnyResponse | str, int]:
    """Our own mistake: written down with its trace, told without it."""
    # The rule, not the path: addresses of files hold tokens, and a log is no place for those.
    log.exception("request_failed", route=str(request.url_rule), method=request.method)
    return answer(
        500, "internal_error", "Something went wrong on our side. Nothing that you sent is lost; try again.", {}
    )


def answer(status: int, code: str, message: str, details: dict[str, object]) -> tuple[AnyResponse | str, int]:
    """The error in the form that whoever asked understands."""
    if for_machines():
        return jsonify({"error": {"code": code, "message": message, "details": details}}), status
    return render_template("error.html", status=status, message=message), status


def for_machines() -> bool:
    """Whether the asker wants JSON rather than a page."""
    if request.path.startswith(_MACHINE_PATHS) or request.is_json:
        return True
    wanted = request.accept_mimetypes
    return wanted.best_match(["text/html", "application/json"]) == "application/json" and not wanted.accept_html
