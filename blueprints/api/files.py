"""The addresses that the folder storage signs. The signature is the permission: nobody needs to sign in."""

from flask import Blueprint, Response, request, send_file
from flask.typing import ResponseReturnValue

from blueprints.access import public
from blueprints.web import settings, storage
from codesight.adapters.storage_folder import FolderStorage
from codesight.errors import NotFound

bp = Blueprint("files", __name__, url_prefix="/files")


@bp.put("/put/<token>")
@public
def put(token: str) -> ResponseReturnValue:
    """Take one part of an upload. Other sites are refused before this, as everywhere."""
    folder = _folder()
    # One more than a part may have: Werkzeug refuses a stream that is read to the limit itself to see its end.
    request.max_content_length = settings().part_size + 1
    folder.accept(token, request.stream, request.content_length, request.content_type)
    return Response(status=200)


@bp.get("/get/<token>")
@public
def get(token: str) -> ResponseReturnValue:
    """A file or a range of it; a player seeks with ranges."""
    file = _folder().served(token)
    answer = send_file(
        file.path,
        mimetype=file.content_type,
        as_attachment=file.filename is not None,
        download_name=file.filename or file.path.name,
    )
    # What workers send is theirs: shown as a page it may run nothing and reach nothing of this origin.
    answer.headers["Content-Security-Policy"] = "sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    del answer.headers["Cache-Control"]  # send_file's own would keep a CDN from caching at all
    answer.expires = file.expires_at
    return answer


def _folder() -> FolderStorage:
    folder = storage()
    if not isinstance(folder, FolderStorage):
        raise NotFound("not_found", "Files are kept elsewhere.")
    return folder
