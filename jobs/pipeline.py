"""What follows what. The stages know nothing of each other's order; this page does.

handed in → playable files → checks → analysis → waits for review
practice handed in → judged
dataset wanted → ZIP
mail written → sent
"""

from jobs import datasets, mail, submissions, training


def submitted(redis_url: str, submission_id: int) -> None:
    """A worker has handed in a recording: make it ready for review."""
    submissions.prepare.ring(redis_url, submission_id)


def training_handed_in(redis_url: str, session_id: int) -> None:
    """A worker has handed in a practice recording: judge it while they wait."""
    training.look.ring(redis_url, session_id)


def dataset_wanted(redis_url: str, dataset_id: int) -> None:
    """The owner wants a version of the dataset."""
    datasets.build.ring(redis_url, dataset_id)


def mail_written(redis_url: str, mail_id: int) -> None:
    """A mail is in the outbox: send it."""
    mail.send.ring(redis_url, mail_id)
