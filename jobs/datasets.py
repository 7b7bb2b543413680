"""Building a version of the dataset."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from codesight.db import reading, transaction
from codesight.exports import actions as exports
from codesight.exports import queries
from codesight.exports.base import Demonstration
from jobs.queue import job, platform

log = structlog.get_logger()


@job
def build(dataset_id: int) -> None:
    """Pack the version and store the ZIP; a version that is built already stays as it is."""
    here = platform()
    with reading(here.engine) as db:
        dataset = queries.dataset(db, dataset_id)
        wanted = queries.exportable(db)
    if dataset.key is not None or dataset.problem is not None:
        return
    with TemporaryDirectory(prefix="dataset") as folder:
        path = Path(folder) / f"codesight-dataset-v{dataset_id}.zip"
        key = f"datasets/{path.name}"
        try:
            sessions, steps = exports.pack(path, dataset_id, dataset.created_at, _each(wanted), here.storage)
            here.storage.put(key, path, "application/zip")
        except Exception as problem:
            log.exception("dataset_failed", dataset=dataset_id)
            with transaction(here.engine) as db:
                exports.failed(queries.dataset(db, dataset_id), f"Could not be packed: {problem}")
            return
        with transaction(here.engine) as db:
            exports.built(queries.dataset(db, dataset_id), key=key, path=path, sessions=sessions, steps=steps)


def _each(submission_ids: Sequence[int]) -> Iterator[Demonstration]:
    for submission_id in submission_ids:
        with reading(platform().engine) as db:
            yield queries.demonstration(db, submission_id)
