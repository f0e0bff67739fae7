"""Which clients and contacts of definitions nobody has."""

from collections.abc import Iterator

from servicedesk_core.faces import Desk, Finding, Found
from servicedesk_core.features.clients.kinds import CLIENTS, CONTACTS
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import meant_each


def look_over(tx: Tx, found: Found, desk: Desk) -> Iterator[Finding]:  # noqa: ARG001  # the records alone tell it
    """Yield clients and contacts that no connection has, and companies that two definitions mean."""
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
