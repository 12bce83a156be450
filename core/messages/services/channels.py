"""The trunk's own channels: the sandbox that writes to the log and console, and mail by SMTP."""

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

from core.config import Config
from core.kernel.errors import ConfigError, UpstreamError
from core.kernel.values import dataclass
from core.messages.types import Channel, Kind

TIMEOUT_S = 10


@dataclass(frozen=True)
class SandboxChannel:
    """Sends nothing: the message is in the log, and printed to the console."""

    kind: Kind

    @property
    def key(self) -> str:
        """``sandbox_sms`` or ``sandbox_email``."""
        return f"sandbox_{self.kind}"

    @property
    def label(self) -> str:
        """Catalogue entry."""
        return "Sandbox (message log)"

    def send(self, recipient: str, body: str, key: str) -> None:
        """Print the message."""
        print(f"sandbox {self.kind} to {recipient}: {body}", flush=True)  # noqa: T201 - its purpose


@dataclass(frozen=True)
class SmtpChannel:
    """Mail through one server. ``is_tls`` from the first byte; else STARTTLS where offered."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    is_tls: bool = False
    key: str = "email"
    label: str = "E-mail (SMTP)"
    kind: Kind = "email"

    def send(self, recipient: str, body: str, key: str) -> None:
        """Hand one mail to the server.

        Raises:
            UpstreamError: refused for good (5xx about this recipient), or unreachable for now.
        """
        subject, _, text = body.partition("\n\n")
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = self.sender, recipient, subject
        mail.set_content(text)
        try:
            with self._connect() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code = max((answer[0] for answer in error.recipients.values()), default=0)
            raise _failed(error, permanent=code >= 500) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _failed(error, permanent=False) from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_S, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
        if self.user:
            server.login(self.user, self.password)
        return server


def core_channels(config: Config) -> tuple[Channel, ...]:
    """The channels of this installation besides the plugins'.

    SMTP when ``BANYAN_SMTP_URL`` is set; in sandbox mode the log stands in for what is not.
    """
    channels: list[Channel] = []
    if config.smtp_url:
        channels.append(cast(Channel, smtp_channel(config.smtp_url)))
    if config.is_sandbox:
        channels += [cast(Channel, SandboxChannel("sms")), cast(Channel, SandboxChannel("email"))]
    return tuple(channels)


def smtp_channel(url: str) -> SmtpChannel:
    """The channel of ``smtp://user:password@host:587?from=shop@example.com`` (or ``smtps://``).

    Raises:
        ConfigError: host or sender is missing.
    """
    parts = urlsplit(url)
    sender = parse_qs(parts.query).get("from", [unquote(parts.username or "")])[0]
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or "@" not in sender:
        raise ConfigError(
            "config.smtp",
            "BANYAN_SMTP_URL: use smtp://user:password@host:587?from=shop@example.com.",
        )
    is_tls = parts.scheme == "smtps"
    return SmtpChannel(
        host=parts.hostname,
        port=parts.port or (465 if is_tls else 587),
        sender=sender,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=is_tls,
    )


def _failed(error: Exception, *, permanent: bool) -> UpstreamError:
    return UpstreamError(
        "messages.smtp",
        "The mail server did not take the message: %(why)s",
        permanent=permanent,
        why=str(error)[:160],
    )
