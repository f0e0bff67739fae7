"""What a connector must not get wrong of records that are read below their parents."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, ClassVar

import pytest

from servicedesk_core.domain import ChildKey, Entity
from servicedesk_core.domain.streams import reference_to
from servicedesk_core.errors import ConnectorError, MappingError
from servicedesk_core.hooks import FetchStatus, Page, StreamCapability
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.passes import children_of, children_pages, ids_of, pages_of, whole
from servicedesk_core.testing.suites.skipping import require
from servicedesk_core.testing.suites.truths import assert_hides_secrets

FEW = 5


class ChildrenTruths:
    """Part of :class:`servicedesk_core.testing.TicketSyncSuite`.

    Attributes:
        page_size: Page size that the tests ask for.
        unknown_ref: An id that the vendor does not have.
        known_children: By stream and by parent, how many children the vendor has there. Give a parent whose children
            fill more than a page.
    """

    page_size = 5
    unknown_ref = "999999999"
    known_children: ClassVar[Mapping[str, Mapping[str, int]]] = {}

    @pytest.fixture
    async def break_pages(self) -> Callable[[], Awaitable[None]] | None:
        """Return a function that makes the vendor refuse everything behind the next page.

        Override it to have tested that a read which broke off is not taken for a complete one.
        """
        return None

    def test_children_can_be_found_below_their_parents(self, connector: AnyConnector) -> None:
        """Parents are described and can be read, and each child names its parent."""
        described = {stream.stream: stream for stream in connector.describe_capabilities().streams}
        for stream in children_of(connector):
            parents = stream.children_of or ""
            require(connector, "pull_children")
            assert parents in described, f"{stream.stream} are children of {parents}, which are not described"
            assert reference_to(stream.stream, parents), f"{stream.stream} have no field that names one of {parents}"
        for stream in described.values():
            assert stream.part_of in {None, *described}, f"{stream.stream} are a part of an undescribed stream"

    async def test_no_child_is_lost(self, connector: AnyConnector) -> None:
        """All children of a parent come, each once, and the last page says that these are all."""
        if not self.known_children:
            pytest.skip("give known_children to have it tested that none is lost")
        require(connector, "pull_children")
        for stream, parents in self.known_children.items():
            for parent, count in parents.items():
                pages = await children_pages(connector, stream, parent)
                assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True], f"{stream} of {parent}"
                came = ids_of(pages)
                assert len(set(came)) == len(came) == count, f"{stream} of {parent}: {len(set(came))} of {count} came"

    async def test_children_are_those_of_their_parent(self, connector: AnyConnector) -> None:
        """What comes below a parent names that one, under the id that it came with; the parts of a record bear its id.

        A payload is enough to know it by: it survives JSON, and holds no secret.
        """
        require(connector, "map_record")
        async for stream, parent, pages in self._read(connector):
            field = reference_to(stream.stream, stream.children_of or "") or ""
            for ref, entity, also in _mapped(connector, stream.stream, pages):
                assert entity.external_id == ref, f"{stream.stream}: {ref} is mapped to another record"
                named = getattr(entity, field)
                assert named == parent, f"{stream.stream}: {ref} came below {parent}, and names {named}"
                for part in also:
                    assert part.external_id == ref, f"{part.stream}: a part of {ref} has another id"
            await assert_hides_secrets(connector, [r.raw for page in pages for r in page.records], stream.stream)

    async def test_ids_of_children_can_be_taken_apart(self, connector: AnyConnector) -> None:
        """A child can be fetched by the id that it came with, and an id without a parent is missing, not an error."""
        require(connector, "pull_children", "fetch_records")
        async for stream, parent, pages in self._read(connector):
            known = ids_of(pages)[:FEW]
            asked = [*known, self.unknown_ref, str(ChildKey(parent, self.unknown_ref))]
            outcomes = {one.ref: one async for one in connector.fetch_records(stream.stream, asked)}
            assert sorted(outcomes) == sorted(asked), f"{stream.stream}: one outcome for each id"
            for ref in known:
                found = [record.external_id for record in outcomes[ref].records]
                assert (outcomes[ref].status, found) == (FetchStatus.FOUND, [ref]), f"{stream.stream}: {ref}"
            assert all(outcomes[ref].status is FetchStatus.MISSING for ref in asked[len(known) :]), stream.stream

    async def test_a_read_that_broke_off_is_not_called_complete(
        self, connector: AnyConnector, break_pages: Callable[[], Awaitable[None]] | None
    ) -> None:
        """Core would take the children that did not come for deleted."""
        if break_pages is None or not self.known_children:
            pytest.skip("override the fixture break_pages, and give known_children, to have this tested")
        require(connector, "pull_children")
        for stream, parents in self.known_children.items():
            for parent, count in parents.items():
                await break_pages()
                try:
                    pages = await children_pages(connector, stream, parent)
                except ConnectorError:
                    continue
                is_complete = bool(pages) and pages[-1].last and len(set(ids_of(pages))) < count
                assert not is_complete, f"{stream} of {parent}: the read broke off, and is called complete"

    async def _read(self, connector: AnyConnector) -> AsyncIterator[tuple[StreamCapability, str, list[Page]]]:
        """Yield the children of a few parents."""
        described = {stream.stream: stream for stream in connector.describe_capabilities().streams}
        if not children_of(connector):
            pytest.skip("the connector reads nothing below a parent")
        for stream in children_of(connector):
            parents = list(self.known_children.get(stream.stream, ()))
            above = described[stream.children_of or ""]
            if above.children_of is None:
                parents += ids_of(await pages_of(connector, whole(above, self.page_size), limit=1))
            for parent in dict.fromkeys(parents[:FEW]):
                yield stream, parent, await children_pages(connector, stream.stream, parent)


def _mapped(connector: AnyConnector, stream: str, pages: list[Page]) -> list[tuple[str, Entity, list[Any]]]:
    """Return id, meaning and parts of the records on pages; those for the quarantine are left out."""
    parts = {one.stream for one in connector.describe_capabilities().streams if one.part_of == stream}
    found = []
    for record in (record for page in pages for record in page.records):
        assert record.raw is not None, f"{stream}: a child came without its payload"
        try:
            entity, also, _ = connector.map_record(stream, record.raw)
        except (MappingError, ValueError):
            continue
        found.append((record.external_id, entity, [one for one in also if one.stream in parts]))
    return found
