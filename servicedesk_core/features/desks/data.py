"""What the figures of all pages rest on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import Capability, Column, Manner, Namespace, query
from servicedesk_core.features.paging import PageRow, unanswered
from servicedesk_core.store import Tx, issues, outbox, quarantine, sources
from servicedesk_core.store.queries.completeness import freshness
from servicedesk_core.store.queries.ownership import own_writes
from servicedesk_core.store.queries.scope import Scope, Sight


@dataclass(frozen=True, slots=True)
class DataState:
    """How old the tickets of the desk are, and what is missing."""

    read_at: Annotated[datetime | None, Column("When they were last read; nothing = not yet.")]
    is_stale: Annotated[bool, Column("Whether that is too long ago for a verdict.", "Too old")]
    is_aging: Annotated[bool, Column("Whether it is half as long ago, or longer: every number says it then.", "Old")]
    complete_since: Annotated[
        datetime | None, Column("Everything created since then is here; nothing = no limit, or not yet.")
    ]
    is_complete: Annotated[bool, Column("Whether everything was read, as far back as was asked for.", "Complete")]
    quarantined: Annotated[int, Column("Records that did not fit.")]
    without_meaning: Annotated[int, Column("Words of vendors to which nobody gave a meaning.")]
    undecided: Annotated[int, Column("Writes that wait for an approval, or that are in doubt.", "Approvals")]
    unanswered: Annotated[
        tuple[PageRow, ...],
        Column("Pages that everybody who is on call was rung for in turns, and nobody has taken on.", "Unanswered"),
    ] = ()


class DataPage(Namespace[Manner]):
    """What the figures of all pages rest on."""

    desk: ConfiguredDesk

    @query("desks.data", about="How old and how complete the data of the pages are.")
    def data(self, tx: Tx, *, scope: Scope | None = None) -> DataState:
        """Show when tickets were last read, since when all of them are here, and what could not be understood.

        Of what could not be understood nobody can say whose it is: who sees a part of the desk is told none of it.
        """
        found = freshness(tx, scope)
        now = self.desk.clock.now()
        longest = timedelta(minutes=self.desk.settings.morning.max_age_minutes)
        whole = sources.all(tx) if scope is None else []
        return DataState(
            read_at=found.read_at,
            is_stale=found.read_at is None or now - found.read_at > longest,
            is_aging=found.read_at is None or now - found.read_at > longest / 2,
            complete_since=found.complete_since,
            is_complete=found.is_complete,
            quarantined=sum(sum(quarantine.counts(tx, one.id).values()) for one in whole),
            without_meaning=len(issues.list(tx)) if scope is None else 0,
            undecided=self._undecided(tx, scope),
            unanswered=tuple(unanswered(tx, scope)) if self.desk.may(Capability.INTERNAL) else (),
        )

    def _undecided(self, tx: Tx, scope: Scope | None) -> int:
        """Return how many writes wait for somebody, of those that whoever asks may read."""
        if not self.desk.may(Capability.WRITES_READ):
            return 0
        return outbox.undecided(tx, None if scope is None else own_writes(tx, Sight(tx, scope)))
