"""Series that the PSA makes by itself: found in its history, proposed as plans, and told from those of the desk."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.features.recurring.making.deciding import ACT
from servicedesk_core.features.recurring.model import Adoptable
from servicedesk_core.features.recurring.tables import Planned
from servicedesk_core.features.recurring.when.series import Series, series_of, title_key
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, outbox
from servicedesk_core.store.schema import sources as source_table

LOOKED_BACK: Final = timedelta(days=800)
_T: Final = RECORDS["tickets"].c
_C: Final = RECORDS["companies"].c
_PIECE: Final = 500
_HALTED: Final = (
    'The PSA makes "{title}" by itself, last on {last}: say made_by = "desk" once it is turned off there, '
    'or made_by = "psa".'
)


class _Of(NamedTuple):
    """What a series is of: a source, a client, and the title without what differs."""

    source_id: int
    company_ref: str
    key: str


def _histories(
    tx: Tx, since: datetime, zone: ZoneInfo, clients: Iterable[str] | None, scope: Scope | None = None
) -> Mapping[_Of, list[tuple[date, str]]]:
    """Return the days and titles of tickets that the desk did not make from plans, by what a series would be of."""
    ours = (
        select(outbox.c.ref)
        .join(source_table, source_table.c.name == outbox.c.connection)
        .where(source_table.c.id == _T.source_id, outbox.c.ref == _T.external_id, outbox.c.request_id.like(f"{ACT}:%"))
        .exists()
    )
    query = select(_T.source_id, _T.company_ref, _T.title, _T.created_at).where(
        _T.created_at >= to_us(since), _T.gone_at.is_(None), _T.company_ref.is_not(None), ~ours
    )
    if scope is not None:
        query = query.where(Sight(tx, scope).require("tickets"))
    found: defaultdict[_Of, list[tuple[date, str]]] = defaultdict(list)
    wanted = [None] if clients is None else [*_pieces(sorted(set(clients)))]
    for some in wanted:
        for source_id, company, title, at in tx.execute(
            query if some is None else query.where(_T.company_ref.in_(some))
        ):
            of = _Of(source_id, company, title_key(title or ""))
            if of.key:
                found[of].append((from_us(at).astimezone(zone).date(), title))
    return found


def _pieces(several: Sequence[str]) -> Iterator[Sequence[str]]:
    return (several[start : start + _PIECE] for start in range(0, len(several), _PIECE))


def halted(tx: Tx, several: Iterable[Planned], now: datetime) -> Mapping[str, str]:
    """Return the plans whose series the PSA still makes while nobody has said which side does, each with why."""
    asked = [one for one in several if one.plan.made_by is None and one.client is not None]
    if not asked:
        return {}
    clients = {one.client.ref for one in asked if one.client is not None}
    found = _histories(tx, now - LOOKED_BACK, asked[0].timing.zone, clients)
    told = {}
    for one in asked:
        if one.client is None:
            continue
        key, has_devices = title_key(one.plan.title), bool(one.plan.assets or one.plan.asset_kinds)
        days = [
            day
            for of, rows in found.items()
            if of[:2] == (one.client.source_id, one.client.ref)
            and (of.key == key or (has_devices and of.key.startswith(f"{key} ")))
            for day, _ in rows
        ]
        series = series_of(days)
        if series is not None and series.goes_on(now.astimezone(one.timing.zone).date()):
            told[one.plan.name] = _HALTED.format(title=one.plan.title, last=series.last)
    return told


def adoptable(
    tx: Tx, zone: ZoneInfo, now: datetime, known: Iterable[Planned], scope: Scope | None
) -> Iterator[Adoptable]:
    """Yield the series that go on and that no plan has yet, each with the plan that it would be.

    Args:
        tx: Any transaction.
        zone: In whose local time days are.
        now: The present.
        known: The plans that there are.
        scope: The scope.
    """
    today = now.astimezone(zone).date()
    names = {(row.source_id, row.external_id): row.name for row in tx.execute(_CLIENTS)}
    planned = {
        (one.client.source_id, one.client.ref, title_key(one.plan.title)) for one in known if one.client is not None
    }
    connections = {one.id: one.name for one in sources.all(tx)}
    taken: set[str] = {one.plan.name for one in known}
    for of, rows in sorted(_histories(tx, now - LOOKED_BACK, zone, None, scope).items()):
        series = series_of(day for day, _ in rows)
        if series is None or not series.goes_on(today) or of in planned:
            continue
        client = names.get((of.source_id, of.company_ref)) or of.company_ref
        name = _name(client, of.key, taken)
        taken.add(name)
        newest = max(rows)[1]
        yield Adoptable(
            plan=name,
            client=client,
            title=newest,
            rule=series.rule,
            tickets=len(rows),
            first_on=series.start,
            last_on=series.last,
            fits_percent=round(series.share * 100),
            connection=connections[of.source_id],
            definition=_definition(name, client, _title(newest, of.key), series, connections[of.source_id]),
        )


_CLIENTS: Final = select(_C.source_id, _C.external_id, _C.name).where(_C.gone_at.is_(None))


def _name(client: str, key: str, taken: set[str]) -> str:
    words = f"{title_key(client)} {key}".encode("ascii", "ignore").decode().split()
    whole = "-".join(words)[:50].strip("-") or "plan"
    names = (whole, *(f"{whole}-{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)


def _title(title: str, key: str) -> str:
    """Return the title of a plan: that of a ticket, where nothing in it differs from one to the next."""
    return title if title_key(title) == " ".join(title.casefold().split()) else key.capitalize()


def _definition(name: str, client: str, title: str, series: Series, connection: str) -> str:
    said = {"client": client, "connection": connection, "title": title, "rule": series.rule}
    lines = [f"{key} = {_quoted(text)}" for key, text in said.items()]
    return "\n".join([f"[recurring_plans.{name}]", *lines, f"start = {series.start}", 'made_by = "psa"'])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else " " for char in escaped) + '"'
