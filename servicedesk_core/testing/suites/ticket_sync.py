"""What every connector of the ticket-sync family must do, as tests that its author subclasses.

::

    class TestAcme(TicketSyncSuite):
        @pytest.fixture
        async def connector(self):
            acme = Acme(make_context(AcmeSettings(url=...)))
            await acme.open()
            yield acme
            await acme.aclose()

A test of a hook that the connector does not implement skips itself and says so.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import ConnectorError, CursorError, MappingError
from servicedesk_core.hooks import FetchStatus, Mapped, PullMode, PullRequest
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.children import ChildrenTruths
from servicedesk_core.testing.suites.contents import ContentTruths
from servicedesk_core.testing.suites.passes import ids_of, mapped_streams_of, pages_of, streams_of, whole
from servicedesk_core.testing.suites.skipping import require
from servicedesk_core.testing.suites.truths import TicketSyncTruths

MAX_RESUME = 4_096
FAR_FUTURE = datetime(2190, 1, 1, tzinfo=UTC)


class TicketSyncSuite(TicketSyncTruths, ChildrenTruths, ContentTruths):
    """Subclass it in a test file and give it a ``connector`` fixture: an opened connector with a few records behind it.

    Attributes:
        page_size: Page size that the tests ask for, small enough that a stream of the test data has several pages.
        unknown_ref: An id that the vendor does not have.
        internal_note: Id of a note that no client may read, where the connector reads notes.
    """

    unknown_ref = "999999999"

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    def test_capabilities_are_pure_and_name_known_streams(self, connector: AnyConnector) -> None:
        """The same answer each time; every stream is one of the domain; ``needs`` names described streams."""
        first, second = connector.describe_capabilities(), connector.describe_capabilities()
        assert first == second
        names = [stream.stream for stream in first.streams]
        assert len(names) == len(set(names)), "a stream is described twice"
        assert set(names) <= set(STREAMS), f"not streams of the domain: {set(names) - set(STREAMS)}"
        for stream in first.streams:
            assert set(stream.needs) <= set(names), f"{stream.stream} needs a stream that is not described"
            assert stream.page_size >= 1
            assert stream.ids_per_request >= 1
            assert stream.parallel >= 1

    async def test_identity_is_stable(self, connector: AnyConnector) -> None:
        """The tenant's account does not change from call to call, and is not empty."""
        require(connector, "vendor_identity")
        first, second = await connector.vendor_identity(), await connector.vendor_identity()
        assert first.account == second.account
        assert first.vendor
        assert first.account

    async def test_check_answers_for_every_stream_in_order(self, connector: AnyConnector) -> None:
        """One check for each stream that was asked for, in the same order."""
        require(connector, "check_connection")
        names = tuple(stream.stream for stream in mapped_streams_of(connector))
        checks = await connector.check_connection(names)
        assert tuple(check.stream for check in checks) == names

    async def test_a_pass_ends_with_one_last_page(self, connector: AnyConnector) -> None:
        """Every page but the last can be resumed from; nothing comes after the last one."""
        require(connector, "pull")
        for stream in streams_of(connector):
            pages = await pages_of(connector, whole(stream, self.page_size))
            assert pages, f"{stream.stream}: an empty stream is one empty last page"
            assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True], stream.stream
            for page in pages[:-1]:
                assert page.resume, f"{stream.stream}: a page before the last must say where to go on"
                assert len(page.resume) <= MAX_RESUME

    async def test_ids_are_texts_and_raw_is_json(self, connector: AnyConnector) -> None:
        """Ids are non-empty text; payloads survive JSON unchanged."""
        require(connector, "pull")
        for stream in streams_of(connector):
            for page in await pages_of(connector, whole(stream, self.page_size), limit=2):
                for record in page.records:
                    assert isinstance(record.external_id, str)
                    assert record.external_id
                    assert record.raw is not None, "only reconcile pages may leave the payload out"
                    assert orjson.loads(orjson.dumps(record.raw)) == record.raw

    async def test_a_resumed_pass_brings_exactly_the_rest(self, connector: AnyConnector) -> None:
        """Stopping after any of the first pages and going on from its ``resume`` loses and invents nothing."""
        require(connector, "pull")
        for stream in streams_of(connector):
            everything = await pages_of(connector, whole(stream, self.page_size))
            for cut in range(1, min(3, len(everything))):
                request = whole(stream, self.page_size, resume=everything[cut - 1].resume)
                rest = ids_of(await pages_of(connector, request))
                assert set(ids_of(everything[:cut])) | set(rest) == set(ids_of(everything)), stream.stream

    async def test_reading_changes_nothing(self, connector: AnyConnector) -> None:
        """Two passes give the same ids."""
        require(connector, "pull")
        for stream in streams_of(connector):
            first = ids_of(await pages_of(connector, whole(stream, self.page_size)))
            second = ids_of(await pages_of(connector, whole(stream, self.page_size)))
            assert sorted(first) == sorted(second), stream.stream

    async def test_a_garbled_position_is_a_cursor_error(self, connector: AnyConnector) -> None:
        """A position of another version is refused, so that core starts the pass again."""
        require(connector, "pull")
        for stream in streams_of(connector):
            with pytest.raises(CursorError):
                await pages_of(connector, whole(stream, self.page_size, resume="no-version-of-mine"))

    async def test_partitions_cover_the_pass_without_overlap(self, connector: AnyConnector) -> None:
        """The pieces together bring what the whole brings, each record once."""
        require(connector, "plan_partitions")
        for stream in streams_of(connector):
            request = whole(stream, self.page_size)
            pieces = await connector.plan_partitions(request)
            if not pieces:
                continue
            everything = ids_of(await pages_of(connector, request))
            parts: list[str] = []
            for piece in pieces:
                parts += ids_of(await pages_of(connector, whole(stream, self.page_size, partition=piece)))
            assert sorted(parts) == sorted(everything), stream.stream

    async def test_counts_agree_with_what_comes(self, connector: AnyConnector) -> None:
        """A count, where the vendor has one, is the number of records of the pass."""
        require(connector, "count")
        for stream in streams_of(connector):
            counted = await connector.count(whole(stream, self.page_size))
            if counted is not None:
                assert counted == len(set(ids_of(await pages_of(connector, whole(stream, self.page_size))))), (
                    stream.stream
                )

    async def test_incremental_passes_respect_their_lower_bound(self, connector: AnyConnector) -> None:
        """Nothing is newer than the far future; everything stamped is newer than the distant past."""
        require(connector, "pull")
        for stream in streams_of(connector):
            if not stream.has_stamp:
                continue
            since = PullRequest(stream.stream, PullMode.INCREMENTAL, since=FAR_FUTURE, page_size=self.page_size)
            assert ids_of(await pages_of(connector, since)) == [], stream.stream

    async def test_reconcile_proves_the_same_ids(self, connector: AnyConnector) -> None:
        """A reconcile pass over everything names exactly the ids of a backfill over everything."""
        require(connector, "pull")
        for stream in streams_of(connector):
            request = PullRequest(stream.stream, PullMode.RECONCILE, page_size=self.page_size)
            seen = ids_of(await pages_of(connector, request))
            assert set(seen) == set(ids_of(await pages_of(connector, whole(stream, self.page_size)))), stream.stream

    async def test_stamps_of_reconcile_pages_are_those_that_the_mapping_gives(self, connector: AnyConnector) -> None:
        """Core fetches each record whose stamps differ from the stored ones: stamps of another making never agree."""
        require(connector, "pull", "map_record")
        for stream in streams_of(connector):
            request = PullRequest(stream.stream, PullMode.RECONCILE, page_size=self.page_size)
            listed = [record for page in await pages_of(connector, request, limit=2) for record in page.records]
            stamps = {record.external_id: record.stamps for record in listed if record.stamps}
            for page in await pages_of(connector, whole(stream, self.page_size)) if stamps else ():
                for record in page.records:
                    self._assert_stamps(connector, stream.stream, record.raw, stamps.get(record.external_id, {}))

    @staticmethod
    def _assert_stamps(connector: AnyConnector, stream: str, raw: Any, stamps: Mapping[str, datetime]) -> None:
        try:
            entity = connector.map_record(stream, raw).entity
        except MappingError:
            return
        assert {name: getattr(entity, name) for name in stamps} == dict(stamps), stream

    async def test_fetching_gives_one_outcome_for_each_id(self, connector: AnyConnector) -> None:
        """Known ids are found, an unknown one is missing, none is left out or doubled."""
        require(connector, "fetch_records")
        for stream in streams_of(connector):
            known = ids_of(await pages_of(connector, whole(stream, self.page_size), limit=1))[:3]
            if not known or stream.folds_into:
                continue
            outcomes = [o async for o in connector.fetch_records(stream.stream, [*known, self.unknown_ref])]
            assert sorted(o.ref for o in outcomes) == sorted([*known, self.unknown_ref]), stream.stream
            by_ref = {o.ref: o for o in outcomes}
            assert all(by_ref[ref].status is FetchStatus.FOUND for ref in known), stream.stream
            others = [ref for ref in known if [record.external_id for record in by_ref[ref].records] != [ref]]
            assert not others, f"{stream.stream}: another record came for {others}; one that was merged is MERGED"
            assert by_ref[self.unknown_ref].status is FetchStatus.MISSING, stream.stream

    async def test_mapping_is_pure_and_survives_json(self, connector: AnyConnector) -> None:
        """The same payload, after a round trip through JSON, means the same record with the same id."""
        require(connector, "map_record")
        for stream in streams_of(connector):
            for page in await pages_of(connector, whole(stream, self.page_size), limit=2):
                for record in page.records:
                    self._assert_maps_alike(connector, stream.stream, record.external_id, record.raw)

    def _assert_maps_alike(self, connector: AnyConnector, stream: str, external_id: str, raw: Any) -> None:
        try:
            first = connector.map_record(stream, raw)
        except MappingError:
            return
        assert isinstance(first, Mapped)
        assert connector.map_record(stream, orjson.loads(orjson.dumps(raw))) == first
        assert first.entity.stream == stream
        assert first.entity.external_id == external_id

    async def test_garbage_is_a_mapping_error(self, connector: AnyConnector) -> None:
        """A payload that is no record of the vendor is refused with the one error that leads to quarantine."""
        require(connector, "map_record")
        garbage: list[dict[str, Any]] = [{}, {"id": None}, {"unexpected": [1, {"deep": None}]}]
        for stream in mapped_streams_of(connector):
            for raw in garbage:
                with pytest.raises((MappingError, ValueError)):
                    connector.map_record(stream.stream, raw)

    async def test_mapping_version_is_short_and_stable(self, connector: AnyConnector) -> None:
        """A short text that does not change while the rules do not."""
        require(connector, "mapping_version")
        for stream in mapped_streams_of(connector):
            version = connector.mapping_version(stream.stream)
            assert version == connector.mapping_version(stream.stream)
            assert 1 <= len(version) <= 64

    async def test_undescribed_streams_are_refused(self, connector: AnyConnector) -> None:
        """Asking for a stream that does not exist is an error of ours, not an empty answer."""
        require(connector, "pull")
        request = PullRequest("no_such_stream", PullMode.BACKFILL)
        with pytest.raises(ConnectorError):
            await pages_of(connector, request)
