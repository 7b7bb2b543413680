"""The real application, or pages to visit, behind a real port."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server


@contextmanager
def serving(app: Flask, port: int = 0, host: str = "127.0.0.1") -> Iterator[BaseWSGIServer]:
    """Serve an application on loopback, at any port if none is given."""
    server = make_server(host, port, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()


@contextmanager
def served(app: Flask, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
    """As `serving`; gives the address. Passkeys do not work on bare numbers: for them the host is `localhost`."""
    with serving(app, port, host) as server:
        yield f"http://{host}:{server.port}"
