"""Whether what a filter names is there at all, so that a slip of the pen does not look like an empty list."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store import sources
from servicedesk_core.store.queries import names
from servicedesk_core.store.queries.scope import Scope, Sight


def check_names(
    tx: Connection,
    scope: Scope | None = None,
    *,
    connection: str | None = None,
    configured: Collection[str] = (),
    companies: Iterable[str] = (),
    queues: Iterable[str] = (),
    technicians: Iterable[str] = (),
    manufacturers: Iterable[str] = (),
    begins: bool = True,
) -> None:
    """Make sure that what a filter names is there; for a list that turned out empty.

    Args:
        tx: Any transaction.
        scope: Only what it lets through is there, and no connection but its own.
        connection: Name of a connection.
        configured: Connections that are there beside those that the store holds records of.
        companies: Names or ids of clients; the empty text, which names none, is always there.
        queues: Names or ids of queues.
        technicians: Names or ids of technicians.
        manufacturers: Any spellings of manufacturers, or the beginnings of their names.
        begins: Whether how a name begins is enough, as it is in lists.

    Raises:
        NotFoundLocallyError: One of them is not there; with the nearest name that is.
    """
    known = [source for source in sources.all(tx) if scope is None or source.name == scope.connection]
    if connection is not None:
        there = {*configured, *(source.name for source in known)}
        if connection not in there:
            raise missing("connection", connection, there, "`servicedesk connections list` shows them.")
    sight = None if scope is None else Sight(tx, scope)
    looked_in = [source for source in known if connection in {None, source.name}] or known
    for what, stream, words in (
        ("queue", "queues", queues),
        ("technician", "technicians", technicians),
        ("client", "companies", companies),
    ):
        seen = None if sight is None else sight.nameable(stream)
        for word in filter(None, words):
            if not any(names.find(tx, one.id, stream, word, begins=begins, seen=seen) for one in looked_in):
                near = [name for one in looked_in for name in names.known(tx, one.id, stream, seen=seen)]
                near += [_beginning(name, of=word) for name in near] if begins else []
                raise missing(what, word, near, "Name it as the desk shows it, or by the vendor's id.")
    for maker in manufacturers:
        _check_maker(tx, scope, maker)


def named(
    tx: Connection, scope: Scope | None = None, *, company: str | None = None, technician: str | None = None
) -> frozenset[tuple[int, str]]:
    """Return whom a filter names, by source and id; several where a name is no single one's.

    Args:
        tx: Any transaction.
        scope: Only what it lets through is there.
        company: Name of a client, or how it begins, or its id.
        technician: The same of a technician; one of the two is given.

    Raises:
        NotFoundLocallyError: Nobody is called so; with the nearest name that is.
    """
    stream, word = ("companies", company) if company is not None else ("technicians", technician or "")
    seen = None if scope is None else Sight(tx, scope).nameable(stream)
    found = names.meant(tx, stream, word, *(() if seen is None else (seen,)), begins=True)
    if not found:
        check_names(tx, scope, companies=(company or "",), technicians=(technician or "",))
    return frozenset((one.source_id, one.external_id) for one in found)


def _check_maker(tx: Connection, scope: Scope | None, word: str) -> None:
    from servicedesk_core.domain.warranty.makers import is_called  # noqa: PLC0415  # lists of tickets need none
    from servicedesk_core.store.cover.assets import makers  # noqa: PLC0415

    known = makers(tx, scope)
    if not any(is_called(name, word) for name in known):
        raise missing("manufacturer", word, known, "No device of it is in the store.")


def _beginning(name: str, *, of: str) -> str:
    """Return so many words of a name as somebody wrote: that is what may be misspelt, not the rest."""
    return " ".join(name.split()[: len(of.split())])


def missing(what: str, word: str, known: Collection[str], hint: str) -> NotFoundLocallyError:
    """Return the error that something is not there, with the nearest of those that are."""
    return NotFoundLocallyError(f'There is no {what} "{word}".{did_you_mean(word, known)}', hint=hint)
