"""Visits and devices, and our people."""

from datetime import date, datetime, time, tzinfo
from typing import Any

import orjson
from sqlalchemy import select

from servicedesk_core.domain import AppointmentState
from servicedesk_core.features.kpi.cases.facts import AssetFact, TechnicianFact, VisitFact
from servicedesk_core.features.kpi.tables.dimensions import ONSITE, REMOTE, Dimensions
from servicedesk_core.features.kpi.tables.lookup import Lookup
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.schema import RECORDS


def visits(lookup: Lookup, dimensions: Dimensions) -> tuple[VisitFact, ...]:
    """Return all appointments."""
    t = RECORDS["appointments"].c
    columns = (
        t.source_id, t.external_id, t.ticket_refs, t.technician_refs, t.company_ref, t.start_at, t.end_at,
        t.state, t.is_onsite, t.created_at,
    )  # fmt: skip
    query = select(*columns).where(t.gone_at.is_(None), *lookup.seen("appointments"))
    return tuple(
        VisitFact(
            connection=lookup.connections[source],
            id=ref,
            tickets=tuple(orjson.loads(tickets)),
            technicians=tuple(orjson.loads(people)),
            start_at=optional_instant(start),
            end_at=optional_instant(end),
            state=AppointmentState(state),
            is_onsite=onsite,
            created_at=optional_instant(created),
            of={
                **lookup.client(source, company),
                **dimensions.of_person(source, next(iter(orjson.loads(people)), None)),
                "place": None if onsite is None else ONSITE if onsite else REMOTE,
            },
        )
        for source, ref, tickets, people, company, start, end, state, onsite, created in lookup.tx.execute(query)
    )


def assets(lookup: Lookup) -> tuple[AssetFact, ...]:
    """Return the devices of clients."""
    t = RECORDS["assets"].c
    columns = (
        t.source_id, t.external_id, t.manufacturer, t.model, t.product_ref, t.is_active, t.company_ref,
        t.created_at, t.installed_on, t.gone_at,
    )  # fmt: skip
    rows = lookup.tx.execute(select(*columns).where(*lookup.seen("assets"))).all()
    return tuple(
        AssetFact(
            connection=lookup.connections[source],
            id=ref,
            model=" ".join(filter(None, (maker, model))) or lookup.name(source, "products", product),
            is_active=active is not False and gone is None,
            since=_midnight(installed, lookup.period.zone) or optional_instant(created),
            until=optional_instant(gone),
            of=lookup.client(source, company),
        )
        for source, ref, maker, model, product, active, company, created, installed, gone in rows
        if (source, company) not in lookup.own
    )


def technicians(lookup: Lookup, dimensions: Dimensions) -> tuple[TechnicianFact, ...]:
    """Return our people."""
    t = RECORDS["technicians"].c
    query = select(t.source_id, t.external_id, t.is_active).where(t.gone_at.is_(None), t.is_system.is_not(True))
    return tuple(
        TechnicianFact(
            lookup.connections[source],
            ref,
            lookup.name(source, "technicians", ref) or ref,
            active is not False,
            dimensions.of_person(source, ref),
        )
        for source, ref, active in lookup.tx.execute(query)
    )


def _midnight(day: Any, zone: tzinfo) -> datetime | None:
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return None if found is None else datetime.combine(found, time(), zone)
