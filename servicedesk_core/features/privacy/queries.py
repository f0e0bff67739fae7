"""What the store holds of a person."""

from typing import Annotated

from sqlalchemy import Connection as Tx

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Capability, Help, Manner, Namespace, query
from servicedesk_core.features.privacy import staff, tables
from servicedesk_core.features.privacy.model import Found, PersonalData

WHO = Help("The vendor's id, or the e-mail address, of a contact; the address of a technician, or technician:ID.")
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
            NotFoundLocallyError: There is no such person.
        """
        people, colleagues = found(tx, contact, connection)
        told = [(one.connection, each) for one in people for each in tables.mentions(tx, one)]
        told += [(one.connection, each) for one in colleagues for each in staff.mentions(tx, one)]
        where = dict.fromkeys([one.connection for one in people] + [one.connection for one in colleagues])
        return PersonalData(tuple(where), tuple(Found(of, each.where, each.id, each.content) for of, each in told))


def found(tx: Tx, who: str, connection: str | None) -> tuple[list[tables.Person], list[staff.Colleague]]:
    """Return the contacts and technicians that are meant.

    Raises:
        NotFoundLocallyError: There is none.
    """
    people, colleagues = tables.find(tx, who, connection), staff.find(tx, who, connection)
    if not (people or colleagues):
        message = "The store holds no contact with that id or address, and no technician."
        hint = (
            "Give the vendor's id, or the e-mail address, of a contact; of a technician the address, or technician:ID."
        )
        raise NotFoundLocallyError(message, hint=hint)
    return people, colleagues
