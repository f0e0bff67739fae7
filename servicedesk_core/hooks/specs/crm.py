"""Hooks of connectors to whoever keeps what is sold."""

from datetime import datetime

from servicedesk_core.domain.crm import Communication
from servicedesk_core.hooks.markers import hookspec


class CrmSpecs:
    """How a CRM is asked what was said with an account.

    That is the only hook of the family. Accounts, contacts and opportunities are pulled as the streams ``companies``,
    ``contacts`` and ``opportunities``; an opportunity is made by a write of the kind ``opportunities.create`` and
    changed by ``opportunities.update``, sent and found again like all others. One that was deleted is gone from the
    stream, and nobody makes it again.
    """

    @hookspec
    async def find_communications(self, company_ref: str, since: datetime) -> tuple[Communication, ...]:
        """Say what was said with an account since an instant, by reference. Must not change anything.

        Args:
            company_ref: The vendor's id of the account.
            since: The instant.

        Returns:
            What took place at or after it, in any order, without texts; none for an account that is not there.

        Raises:
            AuthenticationError: The credentials were refused.
            ConnectorError: The CRM could not be asked.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover
