"""The team's chats by apprise: Slack, Discord, Mattermost, Teams, Telegram and many others."""

import hashlib
from collections.abc import Sequence

from apprise import Apprise, AppriseAsset, NotifyFormat

from codesight.adapters.chat import Alert, NotSaid

# Which product runs here is nobody's business, and a service gets text only.
_ASSET = AppriseAsset(app_id="CodeSight", app_desc="CodeSight", app_url="", image_url_mask="", image_url_logo="")


class AppriseChat:
    """Chats by their addresses; each may take about eight seconds for one alert, then it counts as not reached."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = {hashlib.sha256(url.encode()).hexdigest()[:12]: url for url in urls}

    @property
    def names(self) -> Sequence[str]:
        return tuple(self._urls)

    def say(self, name: str, alert: Alert) -> None:
        # A new one each time: the services' classes keep what they were told about rates, and wait in here for it.
        service = Apprise.instantiate(self._urls[name], asset=_ASSET)
        if service is None or not service.notify(title=alert.title, body=alert.body, body_format=NotifyFormat.TEXT):
            # apprise says only that it failed, and why in its log; its log names no tokens.
            raise NotSaid("the chat did not take it")
