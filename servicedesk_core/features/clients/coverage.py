"""Which clients and contacts of definitions nobody has, and which tiers and regions no client is of."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select, union

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.faces import Desk, Finding, Found, words_at
from servicedesk_core.features.clients.kinds import CLIENTS, CONTACTS
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import meant_each
from servicedesk_core.store.schema import RECORDS

_PLACED: Final = {"region": "region", "regions": "region", "customer_tier": "tier"}
"""Keys of other definitions that name what clients are of."""


def look_over(tx: Tx, found: Found, desk: Desk) -> Iterator[Finding]:  # noqa: ARG001  # the records alone tell it
    """Yield clients and contacts that no connection has, companies that two definitions mean, and words of nobody."""
    yield from _of_nobody(tx, found)
    for kind, stream, also in ((CLIENTS, "companies", None), (CONTACTS, "contacts", "email")):
        names = [name for which, name in found if which == kind.name]
        by: dict[tuple[int, str], str] = {}
        for name, meant in meant_each(tx, stream, names, also=also).items():
            if not meant:
                yield Finding(kind.name, name, f"no connection has a {kind.noun} that is called so.")
            for one in meant:
                other = by.setdefault(one[:2], name)
                if other != name and kind is CLIENTS:
                    yield Finding(kind.name, name, f"means the same company as {other}; say one.", is_wrong=True)


def _of_nobody(tx: Tx, found: Found) -> Iterator[Finding]:
    """Yield the regions and tiers for which something is defined, and of which no client is."""
    said = [
        one.model_dump(include={"tier", "region", "sites"}) for (kind, _), one in found.items() if kind == CLIENTS.name
    ]
    words = [(what, word) for one in said for _, what, word in words_at(one, {"tier": "tier", "region": "region"})]
    places = union(*(select(RECORDS[stream].c.region) for stream in ("companies", "sites")))
    words += [("region", word) for word in tx.execute(places).scalars() if word]
    for (kind, name), one in found.items():
        for path, what, word in words_at(one.model_dump(), _PLACED) if kind != CLIENTS.name else ():
            known = {each for of, each in words if of == what}
            if word not in known:
                yield Finding(kind, name, f'no client is of the {what} "{word}".{did_you_mean(word, known)}', path)
