"""What became of promises in a period, for a page that shows many of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from servicedesk_core.faces import Desk
from servicedesk_core.features.sla.model import Attained, By
from servicedesk_core.features.sla.past.model import ResponseBy
from servicedesk_core.features.sla.tables import attained, hours, missing, progress, responses
from servicedesk_core.features.sla.tables.chosen import all_of
from servicedesk_core.features.sla.tables.responses import Answer
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

Span = tuple[datetime, datetime]
"""The first instant of a period, and the first one after it."""

NOT_SAID: Final = ""
"""In the place of a reason: nobody said why."""


class Became:
    """What became of the promises on some tickets, and how fast these were answered.

    Args:
        desk: The desk, as whoever asks may use it.
        tx: Any transaction.
        now: The present instant.
        chosen: Which tickets; ``None`` = all.
        scope: Only what it lets through.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """

    def __init__(
        self, desk: Desk, tx: Tx, now: datetime, *, chosen: TicketChoice | None = None, scope: Scope | None = None
    ) -> None:
        self._tx, self._now, self._scope = tx, now, scope
        self._book, self._where = progress.book_of(tx), all_of(desk, tx, chosen, scope)

    @property
    def has_policy(self) -> bool:
        """Whether anything is promised at all."""
        return self._book is not None

    def attained(self, span: Span) -> tuple[Attained, ...]:
        """Return how many promises were kept, a row for each, and one for all of a ticket together."""
        if self._book is None:
            return ()
        return attained.attained(self._tx, AsOf(self._book, self._now), self._where, span, By.CLOCK)

    def missed(self, span: Span) -> Counter[str]:
        """Return how many promises were missed, by the reason that somebody said."""
        if self._book is None:
            return Counter()
        rows = missing.missed(self._tx, AsOf(self._book, self._now), self._where, span, None)
        return Counter(one.reason or NOT_SAID for one in rows)

    def answers(self, span: Span) -> Sequence[Answer]:
        """Return the first answers of a period, each under the kind of its ticket."""
        return responses.answers(self._tx, self._where, span, ResponseBy.TYPE, self._scope, between_us=hours.elapsed)
