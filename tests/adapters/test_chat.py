"""Slack, Discord and the folder do the same; the servers' part is played by one on this machine, over real HTTP."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from codesight.adapters import chat_for
from codesight.adapters.chat import Alert, Chat, FolderChat, NotSaid
from codesight.adapters.chat_apprise import AppriseChat
from codesight.config import BadSetting, Settings
from tests.support.chat import DISCORD, SLACK, ChatServer

ALERT = Alert(
    number=17, title="CodeSight: Books", text="1 rule of the books no longer holds. <&> *Prüfen*\nhttps://x/y"
)


@dataclass
class Room:
    """A chat, and what was said in it."""

    chat: Chat
    said: Callable[[], list[str]]


@pytest.fixture(params=["slack", "discord", "folder"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    if request.param == "folder":
        folder = tmp_path / "chat"
        yield Room(FolderChat(folder), lambda: [path.read_text() for path in sorted(folder.iterdir())])
        return
    with ChatServer().running() as server:
        chat = AppriseChat([{"slack": SLACK, "discord": DISCORD}[request.param]])
        yield Room(chat, lambda: [json.dumps(said, ensure_ascii=False) for _, said in server.taken])


def test_what_is_said_arrives_with_its_number(room: Room) -> None:
    (name,) = room.chat.names
    room.chat.say(name, ALERT)
    (said,) = room.said()
    for part in ("CodeSight: Books", "1 rule of the books no longer holds.", "*Prüfen*", "https://x/y", "(alert 17)"):
        assert part in said


@pytest.mark.parametrize(("service", "address"), [("/slack", SLACK), ("/discord", DISCORD)])
@pytest.mark.parametrize("status", [429, 500, 404, 0])
def test_what_a_chat_does_not_take_is_told_from_what_it_took(service: str, address: str, status: int) -> None:
    with ChatServer(statuses={service: status}).running() as server:
        chat = AppriseChat([address])
        with pytest.raises(NotSaid) as refusal:
            chat.say(chat.names[0], ALERT)
        assert server.taken == []
        assert not any(part in str(refusal.value) for part in address.split("/") if part)
        server.statuses.clear()
        chat.say(chat.names[0], ALERT)
        assert len(server.taken) == 1


def test_the_settings_choose_and_no_address_shows(tmp_path: Path) -> None:
    environ = {"VAR": str(tmp_path), "SECRET_KEY": "s" * 40}
    assert isinstance(chat_for(Settings.from_env(environ)), FolderChat)
    settings = Settings.from_env({**environ, "CHAT_URLS": f"{SLACK} {DISCORD}"})
    chat = chat_for(settings)
    assert isinstance(chat, AppriseChat)
    assert len(set(chat.names)) == 2
    for address in (SLACK, DISCORD):
        assert address.split("/")[3][:8] not in f"{settings} {chat.names}"
    with pytest.raises(BadSetting, match="address 2") as refusal:
        Settings.from_env({**environ, "CHAT_URLS": f"{SLACK} carrier-pigeon://secret"})
    assert "secret" not in str(refusal.value)


def test_what_lies_in_the_folder_is_for_us_alone(tmp_path: Path) -> None:
    chat = FolderChat(tmp_path / "chat")
    chat.say("folder", ALERT)
    chat.say("folder", ALERT)
    assert os.stat(tmp_path / "chat").st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "chat").iterdir()] == ["00000017.txt"]
