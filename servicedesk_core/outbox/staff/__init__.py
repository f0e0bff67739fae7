"""Messages to our own people: no proposals, held back by nothing that goes to vendors or clients.

:func:`post` stores a message in the transaction of what it tells; whoever holds the lease :data:`LEASE` hands over what
waits, to each recipient as one. An attempt is stored before its first byte, so that a process that was killed leaves a
doubt and no gap: a doubt goes out again at once over the next channel, with the same id, and says that it may be a
repeat.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.outbox.staff.channels import ways_to as ways_to
    from servicedesk_core.outbox.staff.handing import LEASE as LEASE
    from servicedesk_core.outbox.staff.handing import Hands as Hands
    from servicedesk_core.outbox.staff.handing import StaffDesk as StaffDesk
    from servicedesk_core.outbox.staff.model import Fate as Fate
    from servicedesk_core.outbox.staff.model import Message as Message
    from servicedesk_core.outbox.staff.tables import channel_recipients as channel_recipients
    from servicedesk_core.outbox.staff.tables import post as post
    from servicedesk_core.outbox.staff.tables import take_back as take_back
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
