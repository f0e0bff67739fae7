"""Whether what a filter of tickets names is there at all."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import Priority, StatusCategory, TicketKind
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces.parameter import NOBODY
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.features.tickets.tables.filtering import begun, has_kind, has_priority, has_status, in_scope
from servicedesk_core.store.queries.checking import check_names, missing
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c


def check_filter(
    tx: Connection, chosen: TicketFilter, scope: Scope | None = None, *, at: datetime | None = None
) -> None:
    """Make sure that what a filter names is there, so that a slip of the pen does not look like an empty list.

    What a scope does not let through is not there.

    Raises:
        NotFoundLocallyError: No connection has a queue, technician, client or region of that name; with the nearest.
        SettingsError: No ticket has such a status, kind or priority, and it is none of ours; with the nearest one.
    """
    own = in_scope(tx, scope)
    for status in filter(None, chosen.status):
        _check_word(tx, "status", status, StatusCategory, own, meant=has_status(status), theirs=_T.status)
    for kind in filter(None, chosen.kind):
        _check_word(tx, "kind", kind, TicketKind, own, meant=has_kind(kind), theirs=_T.kind_name)
    for priority in filter(None, chosen.priority):
        _check_word(tx, "priority", priority, Priority, own, meant=has_priority(priority), theirs=_T.priority_name)
    if words := [word for word in chosen.region if word]:
        from servicedesk_core.features.clients import Regions  # noqa: PLC0415  # few lists ask for regions

        regions = Regions(tx, at, scope)
        for word in words:
            if not regions.meant(word):
                raise missing(
                    "region", word, regions.named(), "It is what definitions say of clients, or else the PSA."
                )
    check_names(
        tx,
        scope,
        connection=chosen.connection,
        queues=chosen.queue,
        technicians=chosen.assignee,
        companies=chosen.company,
    )


def _check_word(
    tx: Connection, what: str, word: str, among: type[StrEnum], own: list[Any], *, meant: Any, theirs: Any
) -> None:
    if begun(word, among) or tx.execute(select(_T.local_id).where(meant, *own).limit(1)).first():
        return
    seen = sorted(filter(None, tx.execute(select(theirs).where(*own).distinct()).scalars()))
    choices = list(dict.fromkeys([*seen, *(one.value for one in among)]))
    hint = f"There are: {', '.join([*choices, NOBODY])}."
    raise SettingsError(f'"{word}" is no {what}.{did_you_mean(word, choices)}', hint=hint)
