"""The write suite: green for a connector that keeps the rules, red for each one that breaks one of them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from servicedesk_core import hookimpl
from servicedesk_core.errors import RateLimitedError
from servicedesk_core.hooks import (
    FetchOutcome,
    FetchStatus,
    FindResult,
    Found,
    Inconclusive,
    ProvenAbsent,
    SourceRecord,
    Write,
    WriteProblem,
    WriteReceipt,
)
from servicedesk_core.testing import WriteFault, WriteSuite, WriteVendor
from tests.testing.memory_vendor import FILE, INTERNAL, NOTE, Memory, MemoryVendor, connect


class TestMemory(WriteSuite):
    @pytest.fixture
    async def connector(self, fake_clock):
        return connect(Memory, fake_clock)

    @pytest.fixture
    async def ungranted(self, fake_clock):
        return connect(Memory, fake_clock, grants=())

    @pytest.fixture
    def vendor(self, request, fake_clock):
        name = "ungranted" if "ungranted" in request.fixturenames else "connector"
        return MemoryVendor(request.getfixturevalue(name).desk, fake_clock)


class CallsADoubtPassing(Memory):
    def doubt(self) -> Exception:
        return RateLimitedError("try again")


class ProvesTooEarly(Memory):
    def absent(self, write: Write) -> FindResult:
        del write
        return ProvenAbsent("hm")


class ProvesWithoutACanary(Memory):
    async def looked_for(self, write: Write) -> FindResult:
        found = await super().looked_for(write)
        return replace(found, canary="") if isinstance(found, ProvenAbsent) else found


class TrustsItsSearch(Memory):
    async def looked_for(self, write: Write) -> FindResult:
        if refs := await self.search(write.id, write.parent):
            return Found(refs[0])
        found = self.absent(write)
        return replace(found, canary="it worked last year") if isinstance(found, ProvenAbsent) else found


class IgnoresTheRevision(Memory):
    def refuse_stale(self, write: Write) -> None:
        pass


class KeepsTheOldRevision(Memory):
    def receipt(self, write: Write) -> WriteReceipt:
        return replace(super().receipt(write), revision=write.base_revision)


class CallsAPartDone(Memory):
    def receipt(self, write: Write) -> WriteReceipt:
        return WriteReceipt(write.target or "")


class WritesIntoTheSurvivor(Memory):
    def refuse_merged(self, write: Write) -> None:
        pass


class MarksWhatCustomersRead(Memory):
    def values_of(self, write: Write) -> dict[str, Any]:
        return {name: f"{text} [ref:{write.id}]" for name, text in write.values.items()}


class MakesNotesPublic(Memory):
    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        if write.kind == INTERNAL:
            write = replace(write, kind=NOTE)
        return await super().send_write(write)


class CutsFiles(Memory):
    def file_of(self, write: Write) -> bytes | None:
        content = super().file_of(write)
        return content and content[:-1]


class SendsAnyFile(Memory):
    def file_of(self, write: Write) -> bytes | None:
        return write.content


class ShowsFilesToClients(Memory):
    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        receipt = await super().send_write(write)
        if write.kind == FILE:
            self.desk.rows[receipt.ref]["kind"] = NOTE
        return receipt


class MakesASecond(Memory):
    def steps(self, write: Write) -> list[str]:
        return super().steps(write)[1:]


class TakesAnything(Memory):
    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        del write
        return Found("1")


class OverwritesNewerEdits(Memory):
    def refuse_newer(self, write: Write) -> None:
        pass


class ChecksNothing(Memory):
    def check(self, write: Write) -> None:
        pass


class AsksForNoParent(Memory):
    def check(self, write: Write) -> None:
        super().check(replace(write, parent="1"))


class DoubtsEverything(Memory):
    @hookimpl
    async def check_write(self, write: Write, max_age_s: float | None) -> tuple[WriteProblem, ...]:
        del max_age_s
        return tuple(WriteProblem(name, "Perhaps.") for name in write.values)


class ReadsBackLess(Memory):
    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        receipt = await super().send_write(write)
        return replace(receipt, record=SourceRecord(receipt.ref, {"title": "A"}))

    @hookimpl
    async def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        del stream
        for ref in refs:
            folded = SourceRecord(ref, {"title": "A", "company": "B"})
            yield FetchOutcome(ref, FetchStatus.FOUND, (folded,))


class NeverFinds(Memory):
    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        del write
        return Inconclusive("no idea")


ONCE = "test_whatever_goes_wrong_it_is_done_at_most_once"
BROKEN = [
    (CallsADoubtPassing, ONCE, {"fault": WriteFault.LOST_ANSWER}),
    (ProvesTooEarly, "test_what_was_never_sent_is_not_found", {}),
    (ProvesWithoutACanary, "test_what_was_never_sent_is_not_found", {}),
    (TrustsItsSearch, "test_a_search_that_does_not_work_proves_nothing", {}),
    (IgnoresTheRevision, "test_a_stale_revision_is_refused", {}),
    (KeepsTheOldRevision, "test_a_stale_revision_is_refused", {}),
    (CallsAPartDone, "test_what_the_vendor_left_out_is_not_called_done", {}),
    (WritesIntoTheSurvivor, "test_a_merged_record_is_not_written_in_another", {}),
    (MarksWhatCustomersRead, "test_customers_read_what_is_meant_for_them", {}),
    (MakesNotesPublic, "test_customers_read_what_is_meant_for_them", {}),
    (CutsFiles, "test_a_file_arrives_whole", {}),
    (CutsFiles, "test_a_write_is_done_once_and_then_found", {}),
    (SendsAnyFile, "test_only_the_file_that_was_approved_is_sent", {}),
    (ShowsFilesToClients, "test_customers_read_what_is_meant_for_them", {}),
    (MakesASecond, "test_two_equal_acts_are_two", {}),
    (TakesAnything, "test_what_was_never_sent_is_not_found", {}),
    (TakesAnything, "test_two_equal_acts_are_two", {}),
    (TakesAnything, ONCE, {"fault": WriteFault.LOST_REQUEST}),
    (OverwritesNewerEdits, "test_a_newer_edit_is_not_overwritten", {}),
    (ChecksNothing, "test_what_cannot_be_right_is_refused_unsent", {}),
    (AsksForNoParent, "test_what_hangs_on_nothing_is_refused_unsent", {}),
    (DoubtsEverything, "test_what_the_vendor_takes_is_no_problem_before", {}),
    (ReadsBackLess, "test_what_is_read_back_is_what_a_pull_would_bring", {}),
    (NeverFinds, "test_a_write_is_done_once_and_then_found", {}),
    (NeverFinds, ONCE, {"fault": WriteFault.LOST_ANSWER}),
]


@pytest.mark.parametrize(("connector", "test", "more"), BROKEN, ids=lambda one: getattr(one, "__name__", str(one)))
async def test_the_suite_notices(connector, test, more, fake_clock):
    broken = connect(connector, fake_clock)
    vendor = MemoryVendor(broken.desk, fake_clock)
    with pytest.raises((AssertionError, pytest.fail.Exception, KeyError)):
        await getattr(WriteSuite(), test)(connector=broken, vendor=vendor, **more)


async def test_what_a_stand_in_cannot_do_is_skipped_and_said():
    with pytest.raises(pytest.skip.Exception, match="WriteVendor cannot play busy"):
        await WriteVendor().fail_next_write(WriteFault.BUSY)
