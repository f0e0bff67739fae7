"""Hooks that every connector implements."""

from typing import TYPE_CHECKING

from servicedesk_core.hooks.capabilities import Capabilities, FieldInfo, StreamCheck, VendorIdentity
from servicedesk_core.hooks.markers import hookspec
from servicedesk_core.ports import BudgetUse

if TYPE_CHECKING:  # the HTTP kit is imported by the connectors that use it
    from servicedesk_core.http import OAuth2Code


class ConnectionSpecs:
    """What a connection can say about itself."""

    @hookspec
    def describe_capabilities(self) -> Capabilities:
        """Say what this connector can do, and how access to its vendor is obtained.

        Called at any time, also before ``open`` and without a network. Pure: the same answer for the same settings.

        Returns:
            The capabilities; a stream that is not listed does not exist for core.

        Added in 1.0.
        """

    @hookspec
    def authorization(self) -> "OAuth2Code":
        """Say how a person allows the access in a browser.

        Called by ``servicedesk connections authorize``, before ``open`` and without a network. Pure. Give the same
        credentials to the client of the connection, and to both ``tokens=ctx.tokens``: what the person allows is kept
        there.

        Returns:
            The credentials.

        Added in 1.0.
        """

    @hookspec
    async def vendor_identity(self) -> VendorIdentity:
        """Say which tenant the credentials belong to.

        Called after ``open`` and before the first read of every run. Core compares the answer with the one that the
        store remembers for the connection and stops when it differs.

        Returns:
            The tenant. ``account`` must never change for one tenant, whatever it is renamed to.

        Raises:
            AuthenticationError: The vendor rejected the credentials; core stops the connection for every process.
            ConnectorError: The vendor could not be asked.

        Added in 1.0.
        """

    @hookspec
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Look at each stream once, harmlessly.

        Called by ``servicedesk connections test``. May cost at most three requests for each stream. Must not write.

        Args:
            streams: The streams to look at; all are among the described ones, and none is ``part_of`` another. None
                for a connector that describes none: then it looks whether the vendor lets it in.

        Returns:
            One check for each stream, in the same order. A stream that cannot be read is a result, not an error.

        Raises:
            AuthenticationError: The vendor rejected the credentials.
            ConnectorError: The vendor could not be asked at all.

        Added in 1.0.
        """

    @hookspec
    async def describe_fields(self, stream: str) -> tuple[FieldInfo, ...]:
        """List the vendor's fields behind a stream, with the values of list fields and the tenant's own fields.

        Called by ``servicedesk init`` and by the documentation; ``maps_to`` tells which fields feed the vocabulary
        (``status_category``, ``priority``, ``queue_ref``, ``visibility``).

        Args:
            stream: Name of a described stream.

        Returns:
            The fields; empty when the vendor does not describe itself.

        Raises:
            ConnectorError: The vendor could not be asked.

        Added in 1.0.
        """

    @hookspec
    async def usage(self) -> BudgetUse | None:
        """Ask the vendor how much of its quota is used, by all integrations together.

        Called before a plan is printed and from time to time during a run. Should cost at most one request.

        Returns:
            The vendor's own count, or ``None`` when it does not tell.

        Raises:
            ConnectorError: The vendor could not be asked; core goes on with its own count.

        Added in 1.0.
        """
