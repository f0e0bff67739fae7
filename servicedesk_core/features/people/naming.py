"""Ids of what people write by its name: clients, queues and technicians of a vendor."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from sqlalchemy import select

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import SettingsError
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries import names
from servicedesk_core.store.schema import RECORDS

_NOUNS: Final = {"companies": "client", "queues": "queue", "technicians": "technician"}


def technicians(tx: Tx) -> dict[tuple[str, str], str]:
    """Return the names of the technicians who work here, by connection and the vendor's id, in alphabetic order."""
    of, called = RECORDS["technicians"].c, {one.id: one.name for one in sources.all(tx)}
    here = of.gone_at.is_(None), of.is_active.is_not(False), of.is_system.is_not(True)
    found = tx.execute(select(of.source_id, of.external_id, of.name).where(*here).order_by(of.name, of.external_id))
    return {(called[source_id], ref): name for source_id, ref, name in found}


def only_holder(tx: Tx, streams: Collection[str]) -> str | None:
    """Return the one connection that has records of all these streams; ``None`` = there is none, or several."""
    found = [one.name for one in sources.all(tx) if streams and all(names.known(tx, one.id, of) for of in streams)]
    return found[0] if len(found) == 1 else None


def refs(tx: Tx, stream: str, words: Iterable[str], connection: str) -> Iterator[str]:
    """Yield the ids of what is meant; before the first sync, or of another id, the words themselves.

    Args:
        tx: Any transaction.
        stream: What they are of.
        words: Ids or names.
        connection: Whose.

    Raises:
        SettingsError: There is none of that name, or there are several.
    """
    source_id = next((one.id for one in sources.all(tx) if one.name == connection), None)
    of_source = RECORDS[stream].c.source_id == source_id
    for word in words:
        found = {one.external_id for one in names.meant(tx, stream, word, of_source) if not one.is_gone}
        if len(found) > 1:
            hint = f"Name its id at the vendor: {', '.join(sorted(found))}."
            raise SettingsError(f'There are several {stream} called "{word}".', hint=hint)
        if not found and source_id is not None and (there := names.known(tx, source_id, stream)):
            raise SettingsError(f'There is no {_NOUNS[stream]} "{word}".{did_you_mean(word, there)}')
        yield next(iter(found), word)
