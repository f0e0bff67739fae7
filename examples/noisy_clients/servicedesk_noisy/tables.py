"""New tickets, counted from the view of tickets."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from servicedesk_core import Scope


def by_client(tx: Connection, at: datetime, days: int, scope: Scope | None) -> list[tuple[str, int, int]]:
    """Return each client with its new tickets and those of them that are open, the one with most first."""
    found = _grouped(tx, "company_name", at, days, scope)
    return [(client or "no client", new, still_open) for client, new, still_open in found]


def by_day(tx: Connection, at: datetime, days: int, scope: Scope | None) -> dict[str, int]:
    """Return how many tickets were created on each day that has any, by the day as ISO text in UTC."""
    return {day: count for day, count, _ in _grouped(tx, _DAY, at, days, scope)}


_DAY = "SUBSTR(CAST(created_at AS VARCHAR), 1, 10)"


def _grouped(tx: Connection, key: str, at: datetime, days: int, scope: Scope | None) -> list[tuple[str, int, int]]:
    seen, values = Scope.on_tickets(scope)
    query = text(
        f"SELECT {key}, COUNT(*), COUNT(CASE WHEN is_open THEN 1 END) FROM v_tickets "
        f"WHERE {_DAY} > :since AND {seen} GROUP BY {key} ORDER BY 2 DESC, 1"
    )
    since = (at - timedelta(days=days)).date().isoformat()
    return [(key, new, still_open) for key, new, still_open in tx.execute(query, {"since": since, **values})]
