"""The outside world: storage, payments, speech, vision, tuning, media, mail, chat alerts."""

from codesight.adapters.chat import Chat, FolderChat
from codesight.adapters.mail import FolderMail, Mail, SmtpMail
from codesight.adapters.storage import Storage
from codesight.adapters.storage_folder import FolderStorage
from codesight.config import Settings


def storage_for(settings: Settings) -> Storage:
    """The bucket if the settings name one, the folder `files` otherwise."""
    seconds, cdn = settings.file_url_seconds, settings.cdn_url
    if settings.s3_bucket is None:
        return FolderStorage(settings.var / "files", settings.public_url, settings.secret_key, seconds, cdn)
    # boto3 takes half a second to load: only who needs it waits.
    from codesight.adapters.storage_s3 import S3Storage

    return S3Storage(settings.s3_bucket, settings.s3_endpoint, settings.s3_region, seconds, cdn)


def mail_for(settings: Settings) -> Mail:
    """The mail server if the settings name one, the folder `mail` otherwise."""
    return FolderMail(settings.var / "mail") if settings.mail_url is None else SmtpMail(settings.mail_url)


def chat_for(settings: Settings) -> Chat:
    """The team's chats if the settings name some, the folder `chat` otherwise."""
    if not settings.chat_urls:
        return FolderChat(settings.var / "chat")
    # Most installations' web never sends an alert; it need not load what knows a hundred services.
    from codesight.adapters.chat_apprise import AppriseChat

    return AppriseChat(settings.chat_urls)
