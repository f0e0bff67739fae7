"""What is agreed with clients, and how their contacts want to be treated."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from sqlalchemy import select

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.clients.book import Key
from servicedesk_core.features.clients.kinds import Preferences
from servicedesk_core.features.clients.model import AgreedClient, AgreedContact
from servicedesk_core.features.clients.tables import clients_of, contacts_of
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import name_column
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS

_EMPTY: Final = "Nothing was said of them, or the PSA has none that are called so: [{0}.NAME] in the definitions."


class ClientQueries(Namespace[Manner]):
    """What is agreed with clients."""

    @query(
        "clients.list",
        about="What is agreed with clients.",
        needs=Capability.INTERNAL,
        empty=_EMPTY.format("clients"),
    )
    def list(
        self,
        tx: Tx,
        *,
        tier: Annotated[str | None, Help("Only of this tier.")] = None,
        region: Annotated[str | None, Help("Only of this region.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[AgreedClient]:
        """List the clients of whom something was said: tier, region, calendar, and how they want to be reached.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        said = clients_of(tx).now(self.desk.clock.now())
        names, connections = _seen(tx, "companies", said, scope), {one.id: one.name for one in sources.all(tx)}
        found = (
            AgreedClient(
                client=name or key[1],
                ref=key[1],
                connection=connections[key[0]],
                tier=said[key].tier,
                region=said[key].region,
                calendar=said[key].calendar,
                sites=tuple(said[key].sites),
                **_preferences(said[key]),
            )
            for key, (name, _) in names.items()
            if tier in (None, said[key].tier) and region in (None, said[key].region)
        )
        return piece(Page(tuple(found)), AgreedClient, by="client,ref", sort=sort, after=after, limit=limit)

    @query(
        "clients.contacts",
        about="How contacts want to be treated.",
        needs=Capability.INTERNAL,
        empty=_EMPTY.format("contacts"),
    )
    def contacts(
        self,
        tx: Tx,
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[AgreedContact]:
        """List the contacts of whom something was said: language, channel, hours, who approves, whether to call first.

        What was not said of a contact is what was said of their client.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now = self.desk.clock.now()
        said, clients = contacts_of(tx).now(now), clients_of(tx)
        names, connections = _seen(tx, "contacts", said, scope), {one.id: one.name for one in sources.all(tx)}
        companies = _seen(tx, "companies", {(key[0], company or "") for key, (_, company) in names.items()}, scope)
        found = []
        for (source_id, ref), (name, company) in names.items():
            of_client = _preferences(clients.at(source_id, company, now) or Preferences())
            own = {word: one for word, one in _preferences(said[source_id, ref]).items() if one is not None}
            client = companies.get((source_id, company or ""), (None, None))[0]
            one = AgreedContact(
                contact=name or ref, ref=ref, connection=connections[source_id], client=client, **of_client | own
            )
            found.append(one)
        return piece(Page(tuple(found)), AgreedContact, by="contact,ref", sort=sort, after=after, limit=limit)


def _preferences(said: Preferences) -> dict[str, Any]:
    return {name: getattr(said, name) for name in Preferences.model_fields}


def _seen(tx: Tx, stream: str, keys: Iterable[Key], scope: Scope | None) -> dict[Key, tuple[str | None, str | None]]:
    """Return the names and companies of those records that a scope lets through."""
    table, wanted = RECORDS[stream].c, {*keys}
    company = table.company_ref if stream == "contacts" else table.external_id
    query = select(table.source_id, table.external_id, name_column(stream), company)
    if scope is not None:
        query = query.where(Sight(tx, scope).require(stream))
    return {(row[0], row[1]): (row[2], row[3]) for row in tx.execute(query) if (row[0], row[1]) in wanted}
