"""The web in production: `gunicorn wsgi:app`. Behind a TLS proxy; PORT and WEB_CONCURRENCY come from the platform."""

import json
import socket

from gunicorn import util
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

# One greenlet a socket: thousands fit into one process.
worker_class = "gevent"
worker_connections = 2000
# Uploads get time to finish when the platform restarts us.
graceful_timeout = 20
control_socket_disable = True


def tell(client: socket.socket, status: int, reason: str, message: str) -> None:
    """What gunicorn refuses before the application sees it, in the shape that the application's errors have.

    Gunicorn's own answer is HTML, and its message repeats what was sent.
    """
    words = "Something went wrong on our side; try again." if status == 500 else "This request could not be read."
    said = {"code": reason.lower().replace(" ", "_"), "message": f"{reason}. {words}", "details": {}}
    body = json.dumps({"error": said})
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    util.write_nonblock(client, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode("latin1"))


# There is no setting for it; the workers look it up in this module at every refusal.
util.write_error = tell


def post_worker_init(worker: Worker) -> None:
    """Sockets ask whether their process is about to end, and tell the browser to connect again."""
    worker.wsgi.extensions["ingest"].stopping = lambda: not worker.alive


def worker_exit(server: Arbiter, worker: Worker) -> None:
    """What browsers have sent and nobody has stored yet is stored before the process ends."""
    if hasattr(worker, "wsgi"):  # not so when the application could not even be loaded
        worker.wsgi.extensions["ingest"].writer.stop()
