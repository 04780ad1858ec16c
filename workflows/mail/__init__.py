"""E-mail: an outbox in the operations database, and its delivery through any SMTP server, each mail once.

Public: `queue_mail`, `deliver_outbox`, `read_outbox`, `retry_mail`, `Delivery` and `TEST`, importable from here.
"""

from workflows.mail.delivery import TEST, Delivery, deliver_outbox, read_outbox, retry_mail
from workflows.mail.outbox import queue_mail

__all__ = ["TEST", "Delivery", "deliver_outbox", "queue_mail", "read_outbox", "retry_mail"]
