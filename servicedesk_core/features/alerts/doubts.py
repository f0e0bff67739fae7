"""Writes in doubt that the desk cannot settle alone: one alert for each connection, while there are any."""

from datetime import timedelta
from typing import Final

from sqlalchemy import or_, select, true

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import Condition, Watch
from servicedesk_core.store import leases, sending
from servicedesk_core.store.schema import outbox
from servicedesk_core.store.schema.writing import UNFINISHED

PATIENCE: Final = timedelta(hours=1)
"""So long the desk asks the vendor by itself before it calls a person."""

_NAMED: Final = 10


def doubts(watch: Watch) -> list[Condition]:
    """Return the connections with writes in doubt that wait for a person.

    That is one of which the vendor shows several, or none that is surely it; one that was not settled within an hour;
    and every one while sending is off, because then nobody asks.
    """
    tx = watch.tx
    off = sending.sending_off(tx)
    # The database's own time, by which doubts are dated: processes on several machines write them.
    long_ago = leases.now(tx) - PATIENCE
    is_old = or_(outbox.c.doubt_at.is_(None), outbox.c.doubt_at <= long_ago)
    waits = true() if off else or_(is_old, outbox.c.candidates != [])
    query = (
        select(outbox.c.connection, outbox.c.id)
        .where(UNFINISHED, outbox.c.state == WriteState.IN_DOUBT, waits)
        .order_by(outbox.c.connection, outbox.c.id)
    )
    numbers: dict[str, list[int]] = {}
    for connection, number in tx.execute(query):
        numbers.setdefault(connection, []).append(number)
    return [_condition(connection, mine, off) for connection, mine in numbers.items()]


def _condition(connection: str, numbers: list[int], off: sending.SendingOff | None) -> Condition:
    some = ", ".join(map(str, numbers[:_NAMED])) + (" …" if len(numbers) > _NAMED else "")
    what = f"Write {some} over {connection} is" if len(numbers) == 1 else f"{len(numbers)} writes over {connection} are"
    problem = f"{what} in doubt" + (f" ({some})" if len(numbers) > 1 else "")
    if off is not None:
        return Condition(f"writes:{connection}", "in_doubt", f"{problem}, and sending is off: {off.why}",
                         "Look at the vendor, then run: servicedesk store adopt")  # fmt: skip
    hint = f"Look at the vendor, then run: servicedesk writes resolve {numbers[0]}"
    return Condition(f"writes:{connection}", "in_doubt", f"{problem}: the vendor may or may not have it.", hint)
