"""What one may do with messages."""

from core.messages.rules import core_templates as _core_templates  # noqa: F401  (declares them)
from core.messages.rules.templates import Template, Text, declare_template
from core.messages.services.channels import SandboxChannel, SmtpChannel, core_channels, smtp_channel
from core.messages.services.delivery import deliver, deliver_due
from core.messages.services.queue import (
    forget_recipient,
    list_messages,
    message_view,
    messages_of,
    requeue,
    send,
)

__all__ = [
    "SandboxChannel",
    "SmtpChannel",
    "Template",
    "Text",
    "core_channels",
    "declare_template",
    "deliver",
    "deliver_due",
    "forget_recipient",
    "list_messages",
    "message_view",
    "messages_of",
    "requeue",
    "send",
    "smtp_channel",
]
