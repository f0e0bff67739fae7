"""What a connector must not say wrongly of a write: mistakes after which a desk believes what is not so."""

import itertools
import uuid
from dataclasses import replace
from typing import Final

import pytest

from servicedesk_core.domain.comparing import same
from servicedesk_core.errors import RecordMovedError, RejectedError, WriteConflictError
from servicedesk_core.hooks import FetchStatus, Known, ProvenAbsent, Write, WriteCapability
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.write_vendor import WriteVendor, with_file

_NUMBERS: Final = itertools.count(1)


def new_id() -> str:
    """Return an id as core gives each act one."""
    return uuid.uuid4().hex


class WriteTruths:
    """Part of :class:`WriteSuite`."""

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector with all grants; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    @pytest.fixture
    def vendor(self) -> WriteVendor:
        """Return what the tests may do behind the connector's back; the subclass overrides this."""
        return WriteVendor()

    async def test_a_search_that_does_not_work_proves_nothing(
        self, connector: AnyConnector, vendor: WriteVendor
    ) -> None:
        """A search that would not even find what is there is no proof that something is missing."""
        kinds = [kind for kind in self._kinds(connector) if kind.reconcilable_by.searches]
        if not kinds:
            pytest.skip("no kind of write is found by a search")
        earlier = {kind.kind: await self._earlier(connector, vendor, kind) for kind in kinds}
        await vendor.ignore_searches()
        for kind in kinds:
            write = replace(await self._example(connector, vendor, kind.kind), earlier=earlier[kind.kind])
            await vendor.settle(kind.settle_s + 1)
            found = await connector.find_write(write)
            assert not isinstance(found, ProvenAbsent), f"{kind.kind}: the search is broken, and absence was proven"

    async def test_a_stale_revision_is_refused(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """Where a record has a token of its version, the vendor itself refuses a change of another version."""
        for kind in self._kinds(connector):
            older = await self._example(connector, vendor, kind.kind)
            if older.target is None or not await self._has_revision(connector, older):
                continue
            assert older.base_revision, f"{kind.kind}: records have revisions, and the example of a change needs one"
            receipt = await connector.send_write(older)
            now = receipt.revision or (receipt.record.revision if receipt.record else None)
            if now is not None:
                assert now != older.base_revision, f"{kind.kind}: the receipt names the revision of before"
            newer = await self._example(connector, vendor, kind.kind)
            done = await vendor.writes_done()
            with pytest.raises(WriteConflictError):
                await connector.send_write(replace(newer, base_revision=older.base_revision))
            assert await vendor.writes_done() == done, f"{kind.kind}: it was written over another version"

    async def test_what_the_vendor_left_out_is_not_called_done(
        self, connector: AnyConnector, vendor: WriteVendor
    ) -> None:
        """A field that the vendor does not take stands in the receipt, or in the record that comes with it."""
        for kind in self._kinds(connector):
            write = await self._example(connector, vendor, kind.kind)
            if write.target is None:
                continue
            name = next(reversed(write.values))
            await vendor.leave_out(name)
            receipt = await connector.send_write(write)
            if name in receipt.refused:
                assert receipt.refused[name], f"{kind.kind}: say why {name} was left out"
                continue
            assert receipt.record is not None, f"{kind.kind}: {name} was left out, and the receipt calls it done"
            entity = connector.map_record(kind.kind.partition(".")[0], receipt.record.raw or {}).entity
            shown = entity.model_dump(mode="json")[name]
            assert not same(shown, write.values[name]), f"{kind.kind}: {name} was left out, and reads back as done"

    async def test_a_merged_record_is_not_written_in_another(
        self, connector: AnyConnector, vendor: WriteVendor
    ) -> None:
        """A change of a record that was merged into another one goes nowhere, and the other one is named."""
        for kind in self._kinds(connector):
            write = await self._example(connector, vendor, kind.kind)
            if write.target is None:
                continue
            into = await vendor.merge(write.target)
            done = await vendor.writes_done()
            with pytest.raises(RecordMovedError) as caught:
                await connector.send_write(write)
            assert caught.value.into == into, f"{kind.kind}: the record that stands for it now is not named"
            assert await vendor.writes_done() == done, f"{kind.kind}: it was written in another record"
            return  # the record that the examples change is gone
        pytest.skip("no kind of write changes a record")

    async def test_customers_read_what_is_meant_for_them(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """What only the staff shall see no customer reads, and nobody reads the mark of a write."""
        for kind in self._kinds(connector):
            write = await self._example(connector, vendor, kind.kind)
            receipt = await connector.send_write(write)
            text = await vendor.customer_reads(kind.kind, receipt.ref)
            assert write.id not in text, f"{kind.kind}: a customer reads the mark of the write"
            if kind.visible_to == "staff":
                hidden = [value for value in write.values.values() if isinstance(value, str)]
                assert not any(value in text for value in hidden), f"{kind.kind}: a customer reads it"

    async def test_a_file_arrives_whole(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """Under its name, byte for byte."""
        for kind in self._with_files(connector):
            write = await self._example(connector, vendor, kind.kind)
            assert write.content, f"{kind.kind}: its example needs a file; see with_file"
            receipt = await connector.send_write(write)
            assert await vendor.stored_file(kind.kind, receipt.ref) == (write.values["name"], write.content), kind.kind

    async def test_only_the_file_that_was_approved_is_sent(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """Without it, with another one, or with one that is too large, nothing reaches the vendor."""
        for kind in self._with_files(connector):
            write = await self._example(connector, vendor, kind.kind)
            done = await vendor.writes_done()
            large = with_file(write, "large.bin", bytes(kind.max_file_bytes + 1))
            for wrong in (replace(write, content=None), replace(write, content=b"another"), large):
                with pytest.raises(RejectedError):
                    await connector.send_write(wrong)
            assert await vendor.writes_done() == done, kind.kind

    def _with_files(self, connector: AnyConnector) -> tuple[WriteCapability, ...]:
        kinds = tuple(kind for kind in self._kinds(connector) if kind.max_file_bytes)
        if not kinds:
            pytest.skip("no kind of write sends a file")
        return kinds

    def _kinds(self, connector: AnyConnector) -> tuple[WriteCapability, ...]:
        # Those of claims are sent by hooks of their own, and held by the suite of these.
        return tuple(one for one in connector.describe_capabilities().writes if not one.kind.startswith("claims."))

    async def _example(self, connector: AnyConnector, vendor: WriteVendor, kind: str) -> Write:
        write = await vendor.example(kind, next(_NUMBERS))
        assert write.kind == kind
        return replace(write, id=new_id(), attempted_at=connector.ctx.clock.now())

    async def _earlier(self, connector: AnyConnector, vendor: WriteVendor, kind: WriteCapability) -> tuple[Known, ...]:
        """Return what core would name as certainly there: a write of this kind that was confirmed."""
        if not kind.reconcilable_by.searches:
            return ()
        write = await self._example(connector, vendor, kind.kind)
        return (Known(write.id, (await connector.send_write(write)).ref, write.parent),)

    async def _has_revision(self, connector: AnyConnector, write: Write) -> bool:
        if not hasattr(type(connector).fetch_records, "servicedesk_impl"):
            return write.base_revision is not None
        stream = write.kind.partition(".")[0]
        answers = [one async for one in connector.fetch_records(stream, [write.target or ""])]
        found = [one for one in answers if one.status is FetchStatus.FOUND]
        return any(record.revision is not None for one in found for record in one.records)
