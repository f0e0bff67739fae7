"""Standing approvals, automatic acts, and what these would do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Protocol

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import (
    After,
    AutomaticAct,
    Capability,
    Feature,
    Help,
    Limit,
    Manner,
    Namespace,
    Page,
    Period,
    Sort,
    piece,
    query,
)
from servicedesk_core.features.standing import tables
from servicedesk_core.features.standing.model import ActRow, ApprovalDetail, ApprovalRow, Would
from servicedesk_core.features.standing.rehearsing import would
from servicedesk_core.outbox.standing import Stop
from servicedesk_core.store import Tx

UNSCOPED = "it is for the whole desk"
NAME = Annotated[str, Help("Its name.", names="standing.show")]
ACT = Annotated[str, Help("The automatic act.", names="standing.acts")]


class StandingDesk(ConfiguredDesk, Protocol):
    """A desk with its features."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it can do, and which automatic acts that brings."""
        ...


class StandingQueries(Namespace[Manner]):
    """What the desk may do without asking."""

    desk: StandingDesk

    @query(
        "standing.list",
        about="Standing approvals.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
        empty="There is none: automatic acts only recommend. `servicedesk standing grant` grants one.",
    )
    def list(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[ApprovalRow]:
        """List what the desk may do without asking, who let it, how much of it was used, and until when.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        rows = Page(tuple(tables.rows(tx, self.desk.clock.now())))
        return piece(rows, ApprovalRow, by="name", sort=sort, after=after, limit=limit)

    @query(
        "standing.show",
        about="One standing approval.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
        page="servicedesk_core.features.standing.pages:detail",
    )
    def show(self, tx: Tx, name: NAME) -> ApprovalDetail:
        """Show a standing approval with the newest writes that were approved by it.

        Raises:
            NotFoundLocallyError: There is none of this name.
        """
        known = {one.name: one for one in tables.rows(tx, self.desk.clock.now())}
        if name not in known:
            message = f'There is no standing approval "{name}".{did_you_mean(name, known)}'
            raise NotFoundLocallyError(message, hint="`servicedesk standing list` shows them.")
        return ApprovalDetail(known[name], tables.newest_writes(tx, name))

    @query(
        "standing.acts",
        about="What the desk could do without being asked.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
        empty="No feature brings an automatic act.",
    )
    def acts(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[ActRow]:
        """List the automatic acts of all features, and which of them standing approvals let.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        rows = Page(tuple(tables.act_rows(tx, self.desk.features, self.desk.clock.now())))
        return piece(rows, ActRow, by="name", sort=sort, after=after, limit=limit)

    @query(
        "standing.suggestions",
        about="What automatic acts would do.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
        empty="Nothing.",
        on_page=("act", "label", "client", "reasons", "covered"),
    )
    def suggestions(
        self,
        tx: Tx,
        *,
        act: Annotated[str | None, Help("Only of this act.", names="standing.acts")] = None,
        last: Annotated[timedelta | None, Help("What it would have done in so long a time, in place of now.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[Would]:
        """List what automatic acts would do now, or would have done lately, with why. Nothing is written.

        Raises:
            NotFoundLocallyError: There is no such act.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now = self.desk.clock.now()
        chosen = [self.act_named(act)] if act else [*tables.acts_of(self.desk.features).values()]
        found = tuple(row for one in chosen for row in self._would(tx, one, now, last))
        by = "act" if last is None else "at"
        return piece(Page(found), Would, by=by, sort=sort, after=after, limit=limit)

    def act_named(self, name: str) -> AutomaticAct:
        """Return the automatic act of a name.

        Raises:
            NotFoundLocallyError: There is none.
        """
        known = tables.acts_of(self.desk.features)
        if name not in known:
            message = f'There is no automatic act "{name}".{did_you_mean(name, known)}'
            raise NotFoundLocallyError(message, hint="`servicedesk standing acts` lists them.")
        return known[name]

    def _would(self, tx: Tx, act: AutomaticAct, now: datetime, last: timedelta | None) -> Iterator[Would]:
        if last is not None:
            for one in act.in_past(tx, self.desk, Period(now - last, now)):
                yield would(act.name, one, "")
            return
        book = tables.Book.of(self.desk)
        for one in act.suggestions(tx, self.desk, now):
            ruling = book.ruling(tx, act, one.facts, now)
            yield would(act.name, one, ruling.why if isinstance(ruling, Stop) else ruling.name)
