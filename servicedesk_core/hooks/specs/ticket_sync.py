"""Hooks of connectors to systems that hold tickets and what hangs on them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from servicedesk_core.domain import Attachment
from servicedesk_core.hooks.markers import hookspec
from servicedesk_core.hooks.pulling import FetchOutcome, Mapped, Page, PullRequest
from servicedesk_core.hooks.writing import FindResult, Write, WriteProblem, WriteReceipt
from servicedesk_core.ports import Receiver


class TicketSyncSpecs:
    """How records are read from, and later written to, a service-desk system."""

    @hookspec
    async def plan_partitions(self, request: PullRequest) -> tuple[str, ...]:
        """Cut a pass into pieces that can be pulled side by side.

        Called once at the start of a pass, before its first page; the answer is stored, so that a resumed pass has the
        same pieces. Optional: without it a pass has one piece.

        Args:
            request: The pass; ``partition`` and ``resume`` are ``None``.

        Returns:
            Opaque names, at most ``StreamCapability.parallel`` useful at once; empty = one piece. Together they
            must cover exactly what the request asks for, without overlap.

        Raises:
            ConnectorError: The vendor could not be asked.

        Added in 1.0.
        """

    @hookspec
    async def count(self, request: PullRequest) -> int | None:
        """Count the records that a pass would bring, for the plan and the progress bar.

        Args:
            request: The pass, or one partition of it.

        Returns:
            The number, or ``None`` when the vendor cannot count.

        Raises:
            ConnectorError: The vendor could not be asked.

        Added in 1.0.
        """

    @hookspec
    def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read a stream page by page; implement it as an async generator.

        Core asks for the next page while it stores the last one, and may stop asking at any page; the generator is then
        closed, so release what it holds in ``finally``. A record may come more than once. Reading must not change
        anything at the vendor.

        Args:
            request: What to read, and where to go on.

        Yields:
            Pages. The last one has ``last=True``; ending without it tells core that the pass is incomplete. An empty
            stream is one empty last page.

        Raises:
            CursorError: ``request.resume`` is not understood; core starts the pass again.
            AuthenticationError: The vendor rejected the credentials.
            ConnectorError: A page could not be read after the retries of the HTTP kit.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    def pull_children(self, stream: str, parent: str) -> AsyncIterator[Page]:
        """Read all children of one parent, page by page; implement it as an async generator.

        Called for streams with ``StreamCapability.children_of``: for parents that are new, that changed since, or that
        were not asked for a long time, a few at once, open ones first, within an allowance of requests for each run.
        What a parent costs itself only: raise what the HTTP kit raises, and the others go on.

        Args:
            stream: Name of the children's stream.
            parent: External id of the parent.

        Yields:
            Pages; of each, core looks at the records and at ``last``. A page with ``last=True`` says that these were
            all: children of this parent that did not come are gone. Ending without it proves nothing.

        Raises:
            NotFoundError: The vendor does not know the parent, or hides it; nothing is concluded from that.
            PermissionDeniedError: It lets nobody see this parent's children.
            ConnectorError: A page could not be read after the retries of the HTTP kit.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named records; implement it as an async generator.

        Called for dangling references, for quarantined records and for rechecks. Core passes any number of ids; the
        connector cuts them into the vendor's batches.

        Args:
            stream: Name of the stream.
            refs: External ids, without duplicates.

        Yields:
            Exactly one outcome for each id, in any order. One bad id never spoils the others.

        Raises:
            ConnectorError: Nothing could be asked at all.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    def fetch_history(self, ticket_refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read the vendor's own history of tickets, where it costs requests for each ticket.

        Called for open and recent tickets, within a request allowance of the configuration, and for older ones when
        somebody asks for it; a few at a time, as each call's answers are stored together. Each outcome's records
        belong to the stream ``ticket_events`` and are mapped by ``map_record``; they supersede what core observed.

        Args:
            ticket_refs: External ids of tickets.

        Yields:
            Exactly one outcome for each ticket, in any order.

        Raises:
            ConnectorError: Nothing could be asked at all.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def fetch_content(self, attachment: Attachment, into: Receiver) -> None:
        """Read the content of one file, while somebody waits for it; core stores none of its own accord.

        Call ``into.restart()``, then ``into.write(piece)`` for each piece, or give ``into`` to a request of the HTTP
        kit, which does both; :class:`servicedesk_core.http.EmbeddedContent` takes it out of JSON. Let pass what
        ``into`` raises. Core bounds the size, and holds it against ``attachment.size_bytes``.

        Args:
            attachment: What ``map_record`` made of it.
            into: Gets the content.

        Returns:
            Nothing; what came is in ``into``.

        Raises:
            NotFoundError: The vendor has it no more, or hides it.
            ConnectorError: It could not be read.

        Added in 1.0.
        """

    @hookspec
    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        """Say what a raw record means. Pure and quick: no I/O, no waiting; called for every new or changed record.

        Also called without a network, to rebuild stored records from their raw payload; so it may use only the
        settings, the operator's mapping and what ``open`` loaded.

        Args:
            stream: Name of the stream.
            raw: The payload as ``pull`` or ``fetch_records`` gave it, after a round trip through JSON.

        Returns:
            The domain record, with issues for words that have no meaning here.

        Raises:
            MappingError: The record cannot be understood; core keeps it in quarantine with the reason and goes on.

        Added in 1.0.
        """

    @hookspec
    def mapping_version(self, stream: str) -> str:
        """Name the rules by which ``map_record`` works now.

        Core maps a stored record again when this text differs from the one it was mapped with. Include everything that
        changes the outcome: the code's own version, the operator's mapping, the tenant's lists.

        Args:
            stream: Name of the stream.

        Returns:
            A short text, at most 64 characters.

        Added in 1.0.
        """

    @hookspec
    async def check_write(self, write: Write, max_age_s: float | None) -> tuple[WriteProblem, ...]:
        """Name what the vendor would refuse of a change, so that a misspelt word is told to whoever proposes it.

        Called before the change is stored: its id means nothing. First with what is remembered of the vendor's lists,
        perhaps without a network; only when that names a problem, again with a network and a ``max_age_s``.

        Args:
            write: The change.
            max_age_s: What was learned longer ago, in seconds, is asked for again; ``None`` = ask nobody.

        Returns:
            The problems. What is not known is none: the vendor has the last word when it is sent.

        Raises:
            ConnectorError: The vendor could not be asked; the change is taken as it is.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def send_write(self, write: Write) -> WriteReceipt:
        """Send one change to the vendor, once.

        Args:
            write: The change; it was approved, and its intent is stored.

        Returns:
            The vendor's confirmation.

        Raises:
            RejectedError: The vendor refused the data; nothing was changed.
            OutcomeUnknownError: The request may have reached the vendor; ``find_write`` is asked before anything else.
            TransientError: The request certainly did not reach the vendor.

        Added in 1.0.
        """

    @hookspec
    async def find_write(self, write: Write) -> FindResult:
        """Look for a write whose fate is unknown.

        Args:
            write: The change that may have happened.

        Returns:
            ``Found``, or ``ProvenAbsent`` only when the way of looking proves it, else ``Inconclusive``. An exception
            counts as ``Inconclusive``.

        Added in 1.0.
        """
