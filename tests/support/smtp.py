"""A small mail server on this machine, with TLS and passwords, that keeps what it is sent."""

import asyncio
import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "codesight", "p@ss/word:1"


@dataclass
class MailServer:
    """What the server does, and what it has taken. `answers` replaces what it says to a verb, such as `RCPT`."""

    certificate: Path | None = None
    """With one, `STARTTLS` is offered, or (`tls_from_the_start`) demanded."""
    tls_from_the_start: bool = False
    asks_password: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    """For each mail, whether it came encrypted."""
    port: int = 0

    def url(self, scheme: str = "smtp", user: str = "") -> str:
        """`MAIL_URL` for it."""
        return f"{scheme}://{user}127.0.0.1:{self.port}?from=codesight@example.org"

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        """Listening, in a thread of its own."""
        listening, end, loops = Event(), asyncio.Event(), []

        async def serve() -> None:
            context = self._context() if self.tls_from_the_start else None
            server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)
            self.port = server.sockets[0].getsockname()[1]
            loops.append(asyncio.get_running_loop())
            listening.set()
            async with server:
                await end.wait()

        thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
        thread.start()
        assert listening.wait(10)
        try:
            yield self
        finally:
            loops[0].call_soon_threadsafe(end.set)
            thread.join()

    def _context(self) -> ssl.SSLContext:
        assert self.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        encrypted, known = self.tls_from_the_start, False
        writer.write(b"220 here\r\n")
        try:
            while line := await reader.readline():
                verb, _, rest = line.decode().strip().partition(" ")
                match verb.upper():
                    case said if said in self.answers:
                        answer = self.answers[said]
                    case "EHLO":
                        more = ["STARTTLS"] if self.certificate and not encrypted else []
                        more += ["AUTH PLAIN"] if self.asks_password else []
                        lines = ["here", *more]
                        answer = "\r\n".join(
                            f"250{' ' if n == len(lines) - 1 else '-'}{w}" for n, w in enumerate(lines)
                        )
                    case "STARTTLS":
                        writer.write(b"220 go on\r\n")
                        await writer.start_tls(self._context())
                        encrypted = True
                        continue
                    case "AUTH":
                        known = base64.b64decode(rest.split()[1]) == f"\0{USER}\0{PASSWORD}".encode()
                        answer = "235 welcome" if known else "535 wrong"
                    case "MAIL":
                        answer = "250 fine" if known or not self.asks_password else "530 who are you?"
                    case "DATA":
                        writer.write(b"354 go on\r\n")
                        content = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
                        message = message_from_bytes(content.replace(b"\r\n..", b"\r\n."), policy=policy.default)
                        assert isinstance(message, EmailMessage)
                        self.taken.append(message)
                        self.encrypted.append(encrypted)
                        answer = "250 kept"
                    case "QUIT":
                        writer.write(b"221 bye\r\n")
                        break
                    case _:
                        answer = "250 fine"
                writer.write(answer.encode() + b"\r\n")
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever called hung up
        finally:
            writer.close()


def certificate(folder: Path) -> Path:
    """A certificate for this machine with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
