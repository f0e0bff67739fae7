"""Promises on open tickets one by one, those that were decided, and what is promised."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from sqlalchemy import or_, select

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, Page, PeopleSight, Sort, piece, query
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.sla.clocks.policies import Outcome, Policy
from servicedesk_core.features.sla.definitions import POLICIES
from servicedesk_core.features.sla.model import By, ClockFilter, PromiseFilter, TicketClocks
from servicedesk_core.features.sla.stands.model import DecidedPromise, DecidedPromises, PolicyRow, Stand
from servicedesk_core.features.sla.stands.tables import GOES_ON, Asked, decided, is_due, stands
from servicedesk_core.features.sla.tables import lists, progress
from servicedesk_core.features.sla.tables.basis import basis, excluded
from servicedesk_core.features.sla.tables.chosen import all_of, is_held_by, of_clock, open_of
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, sla_clocks

_C: Final = sla_clocks.c
_T = RECORDS["tickets"].c
_PAGES: Final = "servicedesk_core.features.sla.pages"
MONTH: Final = timedelta(days=30)
_JUDGED: Final = (Outcome.MET, Outcome.MISSED)
_TOLD: Final = 3
"""More words of one kind are counted."""


class Stands(Namespace[Manner]):
    """How promises stand, one by one."""

    @query(
        "sla.clocks",
        about="Promises on open tickets, by how they stand.",
        sorts=lists.SORTS,
        page=f"{_PAGES}:clocks",
        empty="There is no such promise on an open ticket.",
    )
    def clocks(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        stand: Annotated[
            tuple[Stand, ...], Help("Only those that stand so; a share is that of their target that is used.")
        ] = (),
        due_since: Annotated[datetime | None, Help("Coming due at or after.")] = None,
        due_before: Annotated[datetime | None, Help("Coming due before.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> TicketClocks:
        """List the promises on open tickets that are not fulfilled, what is due first first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now, book = self.desk.clock.now(), progress.book_of(tx)
        if book is None:
            return TicketClocks(items=(), basis=basis(tx, now), excluded=())
        as_of, tickets = AsOf(book, now), open_of(self.desk, tx, chosen, scope)
        meant = [or_(*(stands(as_of)[one] for one in stand))] if stand else []
        where = [_C.state.in_(GOES_ON), *meant, *is_due(as_of, due_since, due_before), *of_clock(chosen)]
        where.append(_C.ticket_id.in_(select(_T.local_id).where(*tickets).correlate(None)))
        found, more = lists.clock_page(tx, as_of, where, sort=sort, after=after, limit=limit)
        return TicketClocks(items=found, next=more, basis=basis(tx, now), excluded=excluded(tx, *tickets)[1])

    @query("sla.decided", about="Promises that were kept, and those that were missed.", empty="None was decided then.")
    def decided(
        self,
        tx: Tx,
        chosen: PromiseFilter | None = None,
        *,
        since: Annotated[datetime | None, Help("From this instant on [default: 30 days before the end].")] = None,
        until: Annotated[datetime | None, Help("Up to this instant [default: now].")] = None,
        outcome: Annotated[
            tuple[Outcome, ...], Help("Only those of which that became [default: those that were kept or missed].")
        ] = (),
        by: Annotated[By, Help("What --group names.")] = By.CLOCK,
        group: Annotated[
            str | None, Help('Only those of it, called as "sla attainment" does; "none" = those of none.', none=True)
        ] = None,
        overridden: Annotated[bool, Help("Only those about which somebody decided.")] = False,
        without_reason: Annotated[bool, Help("Only those that were missed, and nobody has said why.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> DecidedPromises:
        """List the promises that were decided in a period, the newest first: those that attainment counts.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now, book = self.desk.clock.now(), progress.book_of(tx)
        end = until or now
        begin = since or end - MONTH
        asked = Asked(
            None if chosen is None else chosen.clock,
            tuple(map(Outcome, outcome)) or _JUDGED,
            By(by),
            group,
            overridden,
            without_reason,
        )
        where = all_of(self.desk, tx, chosen, scope)
        sight = PeopleSight.of(self.desk, scope)
        if asked.by is By.TECHNICIAN and not sight.is_whole("period"):
            where.append(is_held_by(sight.own))
        rows = () if book is None else decided(tx, AsOf(book, now), where, (begin, end), asked)
        found = DecidedPromises(items=rows, since=begin, until=end, basis=basis(tx, now))
        order = "-decided_at,ticket_id,clock,cycle"
        return piece(found, DecidedPromise, by=order, sort=sort, after=after, limit=limit)

    @query(
        "sla.policies",
        about="What is promised, by policy and priority.",
        needs=Capability.DEFINITIONS_READ,
        unscoped="policies are those of all clients",
        empty="Nothing is promised: there is no [sla] in the definitions.",
    )
    def policies(self, tx: Tx, *, sort: Sort = None, limit: Limit = 1_000, after: After = None) -> Page[PolicyRow]:
        """List what the policies in force promise; of those that fit a ticket the first one counts.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        sets = in_force(tx, POLICIES, self.desk.clock.now())
        rows = tuple(row for one in sets for policy in one.policies for row in _rows(policy, one.calendar))
        return piece(Page(rows), PolicyRow, by="policy,priority", sort=sort, after=after, limit=limit)


def _rows(policy: Policy, usual: str | None) -> Iterator[PolicyRow]:
    said = policy.when.model_dump(exclude_defaults=True)
    meant = "; ".join(_meant(name.replace("_", " "), words) for name, words in said.items()) or "all"
    each = {**{priority.value: one for priority, one in policy.targets.items()}, "others": policy.otherwise}
    for priority, targets in each.items():
        triage, engagement, completion = map(_seconds, (targets.triage, targets.engagement, targets.completion))
        if triage or engagement or completion:
            hours = targets.calendar or policy.calendar or usual
            yield PolicyRow(policy.name, meant, priority, triage, engagement, completion, hours)


def _meant(name: str, words: Sequence[str]) -> str:
    return f"{name} {' or '.join(words)}" if len(words) <= _TOLD else f"{name}: one of {len(words)}"


def _seconds(found: timedelta | None) -> int | None:
    return None if found is None else int(found.total_seconds())
