"""The web in production: `gunicorn wsgi:app`. Behind a TLS proxy; PORT and WEB_CONCURRENCY come from the platform."""

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

# One greenlet a socket: thousands fit into one process.
worker_class = "gevent"
worker_connections = 2000
# Uploads get time to finish when the platform restarts us.
graceful_timeout = 20
control_socket_disable = True


def post_worker_init(worker: Worker) -> None:
    """Sockets ask whether their process is about to end, and tell the browser to connect again."""
    worker.wsgi.extensions["ingest"].stopping = lambda: not worker.alive


def worker_exit(server: Arbiter, worker: Worker) -> None:
    """What browsers have sent and nobody has stored yet is stored before the process ends."""
    if hasattr(worker, "wsgi"):  # not so when the application could not even be loaded
        worker.wsgi.extensions["ingest"].writer.stop()
