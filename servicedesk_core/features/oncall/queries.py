"""Whom to ring, and when there is nobody."""

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.oncall.model import Called, Uncovered
from servicedesk_core.features.oncall.rules import why
from servicedesk_core.features.oncall.tables import lists_of
from servicedesk_core.features.rota import Rota, rota_of
from servicedesk_core.features.skills import Crew, crew
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_EMPTY = "Nobody is on call then: it is within the hours of the day, or no definition says who is."


class OnCallQueries(Namespace[Manner]):
    """Who is on call."""

    desk: ConfiguredDesk

    @query("oncall.who", about="Whom to ring.", needs=Capability.INTERNAL, empty=_EMPTY)
    def who(
        self,
        tx: Tx,
        *,
        at: Annotated[datetime | None, Help("At that instant [default: now].")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Called]:
        """Show whom to ring, in the order of each list, and until when that is so.

        Our own people belong to no client: a scope shows the same. Whether somebody is out takes the right to see
        absences, and no scope.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        when, zone = at or self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        people = crew(tx, self.desk.roster)
        may = scope is None and self.desk.may(Capability.ABSENCES)
        rota, emails = self._rota(tx, people) if may else None, _emails(tx, people)
        found = [
            Called(
                each.name,
                duty.line,
                duty.technician,
                emails.get(duty.technician),
                duty.until,
                None if rota is None else rota.is_out(duty.technician, when),
            )
            for each in lists_of(tx, zone)
            for duty in each.at(when)
        ]
        return piece(Page(tuple(found)), Called, by="list_name", sort=sort, after=after, limit=limit)

    @query(
        "oncall.gaps",
        about="When nobody would answer.",
        needs=Capability.ABSENCES,
        empty="None: on every on-call list that there is, somebody is primary, and there.",
        unscoped="our own people belong to no client",
    )
    def gaps(
        self,
        tx: Tx,
        *,
        within: Annotated[timedelta, Help("So far ahead.")] = timedelta(days=28),
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Page[Uncovered]:
        """List when nobody is primary on an on-call list, or whoever is would be out.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now = self.desk.clock.now()
        rota = self._rota(tx, crew(tx, self.desk.roster))
        found = tuple(
            Uncovered(one.list_name, one.start, one.end, (one.end - one.start) // timedelta(seconds=1), why(one))
            for each in lists_of(tx, rota.zone)
            for one in each.gaps(now, now + within, rota.away)
        )
        return piece(Page(found), Uncovered, by="starts_at,list_name", sort=sort, after=after, limit=limit)

    def _rota(self, tx: Tx, people: Crew) -> Rota:
        return rota_of(tx, people, ZoneInfo(self.desk.timezone))


def _emails(tx: Tx, people: Crew) -> dict[str, str]:
    t = RECORDS["technicians"].c
    query = select(t.source_id, t.external_id, t.email).where(t.email.is_not(None))
    return {people.names[row[0], row[1]]: row[2] for row in tx.execute(query) if (row[0], row[1]) in people.names}
