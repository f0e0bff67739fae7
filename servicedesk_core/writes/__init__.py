"""The one write path: intents, approval, sending, doubts.

A feature stores an :class:`Intent` together with what belongs to it; a person approves it; the :class:`Sender` hands it
to the :class:`Courier` that carries its kind; a doubt is settled by the :class:`Settler` or by a person.
"""

from servicedesk_core.writes.couriers import Courier, Couriers, Manner, Mismatch, Sent, Settled
from servicedesk_core.writes.deciding import approve, discard, resolve, retry
from servicedesk_core.writes.intents import Intent, propose
from servicedesk_core.writes.policy import WritePolicy
from servicedesk_core.writes.report import SendReport, WriteConnection
from servicedesk_core.writes.sender import Sender

__all__ = [
    "Courier",
    "Couriers",
    "Intent",
    "Manner",
    "Mismatch",
    "SendReport",
    "Sender",
    "Sent",
    "Settled",
    "WriteConnection",
    "WritePolicy",
    "approve",
    "discard",
    "propose",
    "resolve",
    "retry",
]
