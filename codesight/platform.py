"""The parts of one installation, put together once from its settings: for the web, the jobs and the launcher alike."""

from dataclasses import dataclass

from sqlalchemy.engine import Engine

from codesight.adapters import chat_for, mail_for, storage_for
from codesight.adapters.chat import Chat
from codesight.adapters.mail import Mail
from codesight.adapters.speech import NoSpeech, Speech
from codesight.adapters.storage import Storage
from codesight.config import Settings
from codesight.db import engine_for


@dataclass(frozen=True)
class Platform:
    """What a process of this installation works with."""

    settings: Settings
    engine: Engine
    storage: Storage
    mail: Mail
    chat: Chat
    speech: Speech

    @classmethod
    def of(cls, settings: Settings) -> "Platform":
        """Connects to nothing yet; the database is reached at first use."""
        return cls(
            settings=settings,
            engine=engine_for(settings.database_url),
            storage=storage_for(settings),
            mail=mail_for(settings),
            chat=chat_for(settings),
            speech=NoSpeech(),  # no speech model can be set yet; submissions say so
        )
