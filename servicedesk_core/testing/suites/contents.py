"""What a connector must not get wrong about files: content that is cut, doubled, without end, or shown to clients."""

import io
from collections.abc import Awaitable, Callable, Mapping

import pytest

from servicedesk_core.domain import Attachment, NoteVisibility
from servicedesk_core.errors import ConnectorError, NotFoundError, TooLargeError
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.hooks.content import Content
from servicedesk_core.testing.suites.skipping import require

PLENTY = 100_000_000


class ContentTruths:
    """Part of :class:`servicedesk_core.testing.TicketSyncSuite`.

    Attributes:
        known_content: Content of files, by the id of their attachment; at least one of several bytes.
        internal_attachment: Id of an attachment that no client may see.
    """

    known_content: Mapping[str, bytes] = {}
    internal_attachment: str | None = None

    @pytest.fixture
    async def cut_content(self) -> Callable[[], Awaitable[None]] | None:
        """Return a function that makes the vendor give only the first half of the next file, in a whole answer.

        Override it to have that tested.
        """
        return None

    async def test_the_content_of_a_file_comes_whole_and_once(self, connector: AnyConnector) -> None:
        """Byte for byte what the vendor has, also when it is asked for again into the same place."""
        for ref, content in self._known(connector).items():
            file = io.BytesIO()
            into = Content(file, PLENTY)
            attachment = await attachment_of(connector, ref)
            for _ in range(2):
                await connector.fetch_content(attachment, into)
                assert file.getvalue() == content, f"{ref}: {len(file.getvalue())} bytes of {len(content)}"
            into.ensure_whole(attachment)

    async def test_content_that_is_too_large_is_not_read_on(self, connector: AnyConnector) -> None:
        """What the receiver raises comes out: a connector does not take a part for the whole."""
        for ref, content in self._known(connector).items():
            attachment = await attachment_of(connector, ref)
            with pytest.raises(TooLargeError):
                await connector.fetch_content(attachment, Content(io.BytesIO(), len(content) - 1))

    async def test_content_that_is_not_there_is_an_error(self, connector: AnyConnector) -> None:
        """A file that the vendor has no more is no empty file."""
        ref = next(iter(self._known(connector)))
        attachment = await attachment_of(connector, ref)
        with pytest.raises(NotFoundError):
            await connector.fetch_content(
                attachment.model_copy(update={"external_id": "999999999"}), Content(io.BytesIO(), PLENTY)
            )

    async def test_content_that_the_vendor_cuts_is_noticed(
        self, connector: AnyConnector, cut_content: Callable[[], Awaitable[None]] | None
    ) -> None:
        """By the connector, or because it says how large the file is."""
        ref = next(iter(self._known(connector)))
        if cut_content is None:
            pytest.skip("override the fixture cut_content to have this tested")
        attachment = await attachment_of(connector, ref)
        await cut_content()
        into = Content(io.BytesIO(), PLENTY)
        try:
            await connector.fetch_content(attachment, into)
            into.ensure_whole(attachment)
        except ConnectorError:
            return
        pytest.fail(f"{ref}: half of the file was taken for all of it")

    async def test_an_internal_attachment_is_internal(self, connector: AnyConnector) -> None:
        """A file that no client may see is not mapped to one that they may."""
        require(connector, "fetch_records", "map_record")
        if self.internal_attachment is None:
            pytest.skip("give internal_attachment to have it tested that clients never see one")
        found = await attachment_of(connector, self.internal_attachment)
        assert found.visibility is not NoteVisibility.PUBLIC, "clients may see a file that they may not"

    def _known(self, connector: AnyConnector) -> Mapping[str, bytes]:
        require(connector, "fetch_content", "fetch_records", "map_record")
        if not self.known_content:
            pytest.skip("give known_content to have it tested that files come whole")
        return self.known_content


async def attachment_of(connector: AnyConnector, ref: str) -> Attachment:
    """Return an attachment as core has it, by its id."""
    (outcome,) = [one async for one in connector.fetch_records(Attachment.stream, [ref])]
    (record,) = outcome.records
    assert record.raw is not None, f"{ref}: no payload"
    found = connector.map_record(Attachment.stream, record.raw).entity
    assert isinstance(found, Attachment), f"{ref}: no attachment"
    return found
