"""What is measured of contact with clients."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from servicedesk_core.faces import Case, Goal, Kpi, Measure, Period, Sum
from servicedesk_core.features.contact.kinds import CLIENT_CONTACT
from servicedesk_core.features.contact.model import PromiseState
from servicedesk_core.features.contact.tables import promises_of, silences
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.tickets import TicketFilter, conditions
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import client_promises

_DUE: Final = client_promises.c.due_at


def _cases(tx: Tx, period: Period, scope: Scope | None) -> Iterator[Case]:
    within = period.start <= _DUE, period.end > _DUE
    for one in promises_of(tx, period.now, within, scope):
        why = {PromiseState.OPEN: "its time has not come", PromiseState.WITHDRAWN: "withdrawn"}.get(one.state, "")
        is_kept = one.state is PromiseState.KEPT
        yield Case(one.ticket, int(is_kept), 1, why, {"client": one.company}, one.connection)


def _kept(tx: Tx, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    return Measure.of(_cases(tx, period, scope), Sum.RATIO, scale=100)


def _unheard(tx: Tx, at: datetime, among: TicketFilter | None = None, scope: Scope | None = None) -> Measure:
    if not in_force(tx, CLIENT_CONTACT, at):
        return Measure.missing("limits: [client_contact] in the definitions")
    where = conditions(tx, among or TicketFilter(), scope, at=at)
    return Measure.of((Case(one.external_id, 1) for one in silences(tx, at, where)), Sum.TOTAL)


KPIS: Final = (
    Kpi(
        "promises-kept",
        "Promises to clients kept",
        "Of what clients were promised by a time in the period, the share that was kept by then.",
        _kept,
        unit="%",
        better="more",
        goal=Goal.of(">= 95 %"),
        over="period",
        example="19 of 20 calls were made by the promised time: 95.00 %.",
    ),
    Kpi(
        "clients-unheard",
        "Clients who hear from nobody",
        "Open tickets whose client has heard from no person within the limit of their priority.",
        _unheard,
        unit="tickets",
        goal=Goal.of("<= 0"),
        example="A P1 whose limit is an hour, created two hours ago, and nobody has written: 1.",
    ),
)
"""All figures of contact."""
