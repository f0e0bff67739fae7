"""What the figures of all pages rest on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import Column, Manner, Namespace, query
from servicedesk_core.store import Tx, issues, quarantine, sources
from servicedesk_core.store.queries.completeness import freshness
from servicedesk_core.store.queries.scope import Scope


@dataclass(frozen=True, slots=True)
class DataState:
    """How old the tickets of the desk are, and what is missing."""

    read_at: Annotated[datetime | None, Column("When they were last read; nothing = not yet.")]
    is_stale: Annotated[bool, Column("Whether that is too long ago for a verdict.", "Too old")]
    complete_since: Annotated[
        datetime | None, Column("Everything created since then is here; nothing = no limit, or not yet.")
    ]
    is_complete: Annotated[bool, Column("Whether everything was read, as far back as was asked for.", "Complete")]
    quarantined: Annotated[int, Column("Records that did not fit.")]
    without_meaning: Annotated[int, Column("Words of vendors to which nobody gave a meaning.")]


class DataPage(Namespace[Manner]):
    """What the figures of all pages rest on."""

    desk: ConfiguredDesk

    @query("desks.data", about="How old and how complete the data of the pages are.")
    def data(self, tx: Tx, *, scope: Scope | None = None) -> DataState:
        """Show when tickets were last read, since when all of them are here, and what could not be understood.

        Of what could not be understood nobody can say whose it is: who sees a part of the desk is told none of it.
        """
        found = freshness(tx, scope)
        longest = timedelta(minutes=self.desk.settings.morning.max_age_minutes)
        whole = sources.all(tx) if scope is None else []
        return DataState(
            read_at=found.read_at,
            is_stale=found.read_at is None or self.desk.clock.now() - found.read_at > longest,
            complete_since=found.complete_since,
            is_complete=found.is_complete,
            quarantined=sum(sum(quarantine.counts(tx, one.id).values()) for one in whole),
            without_meaning=len(issues.list(tx)) if scope is None else 0,
        )
