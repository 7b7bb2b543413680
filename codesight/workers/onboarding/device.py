"""Can this browser record? The page measures, this module judges: every sentence that a worker reads is here."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.workers.onboarding.models import DeviceCheck

MANIFEST = Path(__file__).parents[3] / "extension" / "manifest.json"

OLDEST_EXTENSION = "0.1.0"
"""Raise it when an older extension can no longer be worked with: whoever has one is asked to check again."""

HEARD_FROM = 1 / 6
"""Level from 0 to 1: the recorder's meter shows this at −50 dB, below which it calls a microphone silent."""
BRIGHT_FROM = 16
"""Of 255: a picture whose brightest point is darker is black."""
FEWEST_CHANGES = 2
"""Pictures that differ from the one before: one change can be the first picture."""
HOUR_OF_RECORDING = 600_000_000
"""Bytes: screen and microphone at the recorder's rates, 1.33 Mbit/s in all, kept until it is handed in."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the page found. None: it could not be measured, and the `…_problem` is the browser's name for why."""

    extension_version: str | None = None
    extension_connected: bool = False
    microphone_level: float | None = None
    microphone_problem: str = ""
    screen_brightest: int | None = None
    screen_changes: int | None = None
    screen_problem: str = ""
    free_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One part of the check: whether it is fine, and what to tell the worker."""

    name: str
    ok: bool
    message: str


def judge(user_agent: str, found: Measured) -> list[Result]:
    """The check's parts, in the order in which they are shown. Pure."""
    return [*_browser(user_agent), _extension(found), _microphone(found), _screen(found), _space(found)]


def browser_of(user_agent: str) -> str:
    """A browser's name, major version and system, such as `Chrome 142 on Windows`; another one is another browser."""
    name = next((name for sign, name in _BRANDS.items() if f" {sign}/" in user_agent), "")
    version = _CHROMIUM.search(user_agent)
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "another system")
    if version is None:
        return f"Another browser on {system}"
    return f"{name or 'Chrome'} {version[1]} on {system}"


def check(db: Session, account_id: int, user_agent: str, found: Measured, *, now: datetime) -> DeviceCheck:
    """Judge a browser and keep what was found."""
    results = judge(user_agent, found)
    made = DeviceCheck(
        account_id=account_id,
        browser=browser_of(user_agent),
        extension_version=(found.extension_version or "")[:20],
        passed=all(result.ok for result in results),
        results=[asdict(result) for result in results],
        measured=asdict(found),
        at=now,
    )
    db.add(made)
    db.flush()
    return made


def latest(db: Session, account_id: int) -> DeviceCheck | None:
    """The worker's last check, passed or not."""
    mine = sa.select(DeviceCheck).where(DeviceCheck.account_id == account_id)
    return db.scalar(mine.order_by(DeviceCheck.id.desc()).limit(1))


def passed_in(db: Session, account_id: int, user_agent: str) -> DeviceCheck | None:
    """This very browser's last check if it passed; None too after the browser or its major version has changed."""
    mine = sa.select(DeviceCheck).where(
        DeviceCheck.account_id == account_id, DeviceCheck.browser == browser_of(user_agent)
    )
    last = db.scalar(mine.order_by(DeviceCheck.id.desc()).limit(1))
    return last if last is not None and last.passed else None


def still_counts(extension_version: str | None) -> bool:
    """Whether a passed check was made with an extension that can still be worked with."""
    return extension_version is not None and _number(extension_version) >= _number(OLDEST_EXTENSION)


@cache
def oldest_chromium() -> int:
    """The major version that the extension's manifest asks for."""
    return int(json.loads(MANIFEST.read_text())["minimum_chrome_version"])


_CHROMIUM = re.compile(r"Chrome/(\d+)")
_BRANDS = {"Edg": "Edge", "OPR": "Opera", "Vivaldi": "Vivaldi"}
_SYSTEMS = {"Windows": "Windows", "CrOS": "ChromeOS", "Android": "Android", "Mac OS X": "macOS", "Linux": "Linux"}

_BLOCKED = (
    "It is blocked for this site. Press the icon left of the address, allow the microphone, and start the check again."
)
_MICROPHONE_PROBLEMS = {
    "NotAllowedError": _BLOCKED,
    "NotFoundError": "No microphone was found. Plug one in, or choose one in your system’s settings, and check again.",
    "NotReadableError": "Another program holds the microphone. Close it, and check again.",
}


def _browser(user_agent: str) -> Iterator[Result]:
    version, name = _CHROMIUM.search(user_agent), browser_of(user_agent)
    if version is None or "Android" in user_agent:
        why = f"This is {name}. The extension needs Chrome, Edge or Chromium on a laptop or desktop computer."
        yield Result("browser", False, f"{why} Open this page there.")
    elif int(version[1]) < oldest_chromium():
        why = f"This is {name}; version {oldest_chromium()} or newer is needed."
        yield Result("browser", False, f"{why} Update it in its menu under Help, then check again.")
    else:
        yield Result("browser", True, f"{name} can record.")


def _extension(found: Measured) -> Result:
    if found.extension_version is None:
        why = "It was not found in this browser. Install it, load this page again, and check once more."
        return Result("extension", False, f"{why} If it is installed, press its icon on this page first, then Connect.")
    if not still_counts(found.extension_version):
        why = f"Yours is version {found.extension_version}; {OLDEST_EXTENSION} or newer is needed."
        return Result(
            "extension", False, f"{why} Download it again from the help page and put it in the old one’s place."
        )
    if not found.extension_connected:
        why = "It is here, and does not connect to this site. Press Allow in the tab that it opens, and check again."
        return Result("extension", False, why)
    return Result("extension", True, f"Version {found.extension_version} is here and connected.")


def _microphone(found: Measured) -> Result:
    if found.microphone_level is None:
        why = "It could not be opened. Look whether it is plugged in, and check again."
        return Result("microphone", False, _MICROPHONE_PROBLEMS.get(found.microphone_problem, why))
    if found.microphone_level < HEARD_FROM:
        why = "Nothing was heard. Look whether it is muted, or choose another one in your system’s settings."
        return Result("microphone", False, f"{why} Then check again, and say a sentence aloud.")
    return Result("microphone", True, "You can be heard.")


def _screen(found: Measured) -> Result:
    if found.screen_changes is None:
        why = "The screen was not shared. Check again, and choose what you want to share when the browser asks."
        if found.screen_problem == "NotReadableError":
            why = "Your system does not let the browser see the screen. Allow it in the system’s privacy settings."
        return Result("screen", False, why)
    if found.screen_brightest is not None and found.screen_brightest < BRIGHT_FROM:
        why = "The picture stays black. Choose another window or the whole screen; on a Mac, allow screen recording"
        return Result("screen", False, f"{why} for the browser in the system’s privacy settings.")
    if found.screen_changes < FEWEST_CHANGES:
        why = "The picture did not move. Check again, and scroll in what you share while the check runs."
        return Result("screen", False, why)
    return Result("screen", True, "The picture arrives, and it moves.")


def _space(found: Measured) -> Result:
    if found.free_bytes is None:
        why = "It could not be measured. Close private windows, load this page again, and check once more."
        return Result("space", False, why)
    if found.free_bytes < HOUR_OF_RECORDING:
        why = f"Your browser has {found.free_bytes // 1_000_000} MB left; an hour of recording needs 600 MB."
        return Result("space", False, f"{why} Free some space on the disk, and check again.")
    return Result("space", True, "There is room for more than an hour of recording.")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:4])
