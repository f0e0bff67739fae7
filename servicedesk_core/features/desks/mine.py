"""A technician's own day: what to take next and why, where to be, and what is due."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Capability, Manner, Namespace, query
from servicedesk_core.features.attention import booked
from servicedesk_core.features.contact import awaited_on
from servicedesk_core.features.desks.lists import opened_now, rows_of
from servicedesk_core.features.desks.model import MyDay, MyVisit
from servicedesk_core.features.helpers import open_for
from servicedesk_core.features.kpi import in_order
from servicedesk_core.features.next import upcoming
from servicedesk_core.features.tickets import TicketChoice, rows_by_id
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c
_SHOWN: Final = 20


class Mine(Namespace[Manner]):
    """What whoever asks does next."""

    desk: ConfiguredDesk

    @query("desks.me", about="Your own day: the next ticket and why, your appointments, your clocks.")
    def me(self, tx: Tx, *, scope: Scope | None = None) -> MyDay:
        """Show what you take next, with its reason, your appointments of today, and what is due on your tickets.

        Raises:
            NotFoundLocallyError: Nobody said which technician you are.
        """
        now = self.desk.clock.now()
        # Also what nobody has: of a team that takes its tickets from one list, the next may be one of them.
        opened = opened_now(self.desk, tx, now, TicketChoice(assignee=("me", "")), scope)
        if self.desk.technician is None:  # told above already, to who asks for "me"
            raise NotFoundLocallyError("You are no technician.")
        connection, ref = self.desk.technician
        found = upcoming(opened, (connection, ref))
        mine = sorted(found.mine, key=lambda one: in_order(one, now))
        due = [one for one in mine if one.until_at is not None][:_SHOWN]
        rows = {one.local_id: one for one in rows_of(tx, [*found.ready[:1], *due])}
        ids = [one.local_id for one in found.mine] if self.desk.may(Capability.INTERNAL) else []
        promises = awaited_on(tx, now, ids)
        return MyDay(
            technician=_name(tx, connection, ref),
            connection=connection,
            next=rows.get(found.ready[0].local_id) if found.ready else None,
            why=found.why,
            visits=_visits(tx, now, ZoneInfo(self.desk.timezone), (connection, ref), scope),
            clocks=tuple(rows[one.local_id] for one in due if one.local_id in rows),
            promises=promises,
            help=open_for(tx, sources.id_of(tx, connection), ref, now, scope)
            if self.desk.may(Capability.INTERNAL)
            else (),
            ready=len(found.ready),
            open=len(found.mine),
        )


def _name(tx: Tx, connection: str, ref: str) -> str:
    names, source = Names(tx), sources.id_of(tx, connection)
    names.want(source, "technicians", ref)
    return names.of(source, "technicians", ref) or ref


def _visits(tx: Tx, now: datetime, zone: ZoneInfo, who: tuple[str, str], scope: Scope | None) -> tuple[MyVisit, ...]:
    source, (connection, ref) = sources.id_of(tx, who[0]), who
    mine = [one for one in booked(tx, now, scope=scope) if one.source_id == source and ref in one.technicians]
    midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    shown = [one for one in mine if one.visit.start_at < midnight] or mine[:1]
    refs = sorted({ref for one in shown for ref in one.tickets[:1]})
    query = select(_T.external_id, _T.local_id).where(_T.source_id == source, _T.external_id.in_(refs))
    local: dict[str, int] = dict(map(tuple, tx.execute(query)))
    rows = rows_by_id(tx, list(local.values()))
    tickets = [rows.get(local.get(one.tickets[0], 0)) if one.tickets else None for one in shown]
    return tuple(
        MyVisit(
            start_at=one.visit.start_at,
            end_at=one.visit.end_at,
            title=one.title,
            ticket=None if ticket is None else ticket.number or ticket.external_id,
            connection=connection,
            client=None if ticket is None else ticket.company,
        )
        for one, ticket in zip(shown, tickets, strict=True)
    )
