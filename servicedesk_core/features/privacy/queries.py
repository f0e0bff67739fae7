"""What the store holds of a person."""

from typing import Annotated

from sqlalchemy import Connection as Tx

from servicedesk_core.faces import Capability, Help, Manner, Namespace, query
from servicedesk_core.features.privacy import tables
from servicedesk_core.features.privacy.model import Found, PersonalData

WHO = Help("The vendor's id, or the e-mail address, of a contact.")
WHERE = Help("Only of this connection [default: of all].")


class PrivacyQueries(Namespace[Manner]):
    """What the store holds of a person."""

    @query(
        "privacy.export",
        about="Everything that the store holds of a person.",
        needs=Capability.PRIVACY_ACT,
        unscoped="a person is named all over the desk",
    )
    def export(
        self, tx: Tx, contact: Annotated[str, WHO], *, connection: Annotated[str | None, WHERE] = None
    ) -> PersonalData:
        """Return everything that the store holds of a person.

        Raises:
            NotFoundLocallyError: There is no such contact.
        """
        people = tables.find(tx, contact, connection)
        found = [Found(p.connection, m.where, m.id, m.content) for p in people for m in tables.mentions(tx, p)]
        return PersonalData(tuple(p.connection for p in people), tuple(found))
