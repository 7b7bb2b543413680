"""What follows what. The stages know nothing of each other's order; this page does.

handed in → playable files → checks → analysis → waits for review
practice handed in → judged
dataset wanted → ZIP
mail or alert written → sent
news for a group → each of them told
"""

from collections.abc import Sequence

from codesight.outgoing import Outgoing, OutgoingMail
from jobs import datasets, mail, news, submissions, training


def submitted(redis_url: str, submission_id: int) -> None:
    """A worker has handed in a recording: make it ready for review."""
    submissions.prepare.ring(redis_url, submission_id)


def training_handed_in(redis_url: str, session_id: int) -> None:
    """A worker has handed in a practice recording: judge it while they wait."""
    training.look.ring(redis_url, session_id)


def dataset_wanted(redis_url: str, dataset_id: int) -> None:
    """The owner wants a version of the dataset."""
    datasets.build.ring(redis_url, dataset_id)


def written(redis_url: str, rows: Sequence[tuple[type[Outgoing], int]]) -> None:
    """Mails and alerts are in the outbox: send them."""
    for kind, row_id in rows:
        (mail.send if kind is OutgoingMail else mail.alert).ring(redis_url, row_id)


def news_written(redis_url: str, news_id: int) -> None:
    """The owner has written to a group: tell each of them."""
    news.deliver.ring(redis_url, news_id)
