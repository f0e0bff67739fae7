"""The write suite: green for a connector that keeps the rules, red for each one that breaks one of them."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.errors import (
    OutcomeUnknownError,
    RateLimitedError,
    RecordMovedError,
    RejectedError,
    WriteConflictError,
    WriteNotGrantedError,
)
from servicedesk_core.hooks import (
    Capabilities,
    FetchOutcome,
    FetchStatus,
    FindResult,
    Found,
    Inconclusive,
    ProvenAbsent,
    ReconcilableBy,
    SourceRecord,
    Write,
    WriteCapability,
    WriteProblem,
    WriteReceipt,
    carries_mark,
    looked_for,
)
from servicedesk_core.testing import FakeClock, WriteFault, WriteSuite, WriteVendor, make_context

SETTLE_S = 60.0
CREATE, UPDATE = "tickets.create", "tickets.update"
NOTE, INTERNAL = "notes.create_public", "notes.create_internal"


class LostError(Exception):
    """The stand-in's word for a broken connection."""


@dataclass
class Desk:
    """A vendor in memory: records, what it did, and what goes wrong next."""

    now: Callable[[], datetime]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: int = 0
    fault: WriteFault | None = None
    omitted: str = ""
    merged: dict[str, str] = field(default_factory=dict)
    searches: bool = True

    def search(self, **wanted: str) -> list[str]:
        """Return the ids of rows in which each of these texts stands."""
        found = [ref for ref, row in self.rows.items() if all(v in str(row.get(k)) for k, v in wanted.items())]
        return found if self.searches else []

    def write(self, change: Callable[[], str]) -> str:
        fault, self.fault = self.fault, None
        if fault is WriteFault.BUSY:
            raise RateLimitedError("busy")
        if fault is WriteFault.REFUSED:
            raise RejectedError("no")
        if fault in {WriteFault.LOST_REQUEST, WriteFault.BROKEN}:
            raise LostError
        ref = change()
        self.done += 1
        if fault is not None:
            raise LostError
        return ref

    def add(self, row: dict[str, Any]) -> str:
        ref = str(len(self.rows) + 1)
        self.rows[ref] = {**row, "at": self.now(), "revision": "1"}
        return ref

    def change(self, ref: str, values: dict[str, Any]) -> str:
        row = self.rows[ref]
        taken = {name: value for name, value in values.items() if name != self.omitted}
        row |= {**taken, "at": self.now(), "revision": str(int(row["revision"]) + 1)}
        self.omitted = ""
        return ref


class Settings(ConnectorSettings):
    grants: tuple[str, ...] = (CREATE, UPDATE, NOTE, INTERNAL)


class Memory(Connector[Settings]):
    """Writes to a desk in memory, by the rules."""

    Settings = Settings
    desk: Desk
    marks = True

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        def can(kind: str, by: ReconcilableBy, *fields: str, needs: Any = "", **more: Any) -> WriteCapability:
            return WriteCapability(
                kind,
                by,
                right="all",
                fields=fields,
                required=fields[:1],
                max_lengths={fields[0]: 80},
                needs=needs,
                settle_s=SETTLE_S,
                **more,
            )

        marked = {"mark_in": "body"} if self.marks else {}
        by_mark = ReconcilableBy.MARKER if self.marks else ReconcilableBy.CONTENT
        return Capabilities(
            "Memory",
            writes=(
                can(CREATE, ReconcilableBy.REFERENCE, "title", visible_to="customer"),
                can(UPDATE, ReconcilableBy.RECORD, "title", needs="target", visible_to="customer"),
                can(NOTE, ReconcilableBy.CONTENT, "body", needs="parent", visible_to="customer"),
                can(INTERNAL, by_mark, "body", needs="parent", **marked),
            ),
        )

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        self.check(write)
        if write.kind not in self.ctx.settings.grants:
            raise WriteNotGrantedError(write.kind)
        try:
            if write.target is not None:
                self.refuse_merged(write)
                self.refuse_newer(write)
                self.desk.write(lambda: self.desk.change(write.target or "", write.values))
                return self.receipt(write)
            row = {**self.values_of(write), "kind": write.kind, "id": write.id}
            return WriteReceipt(self.desk.write(lambda: self.desk.add(row)))
        except LostError:
            raise self.doubt() from None

    def receipt(self, write: Write) -> WriteReceipt:
        row = self.desk.rows[write.target or ""]
        refused = {name: "No." for name, value in write.values.items() if row[name] != value}
        return WriteReceipt(write.target or "", refused=refused, revision=row["revision"])

    def values_of(self, write: Write) -> dict[str, Any]:
        return self.describe_capabilities().declared(write.kind).marked(write)

    def refuse_merged(self, write: Write) -> None:
        if (into := self.desk.merged.get(write.target or "")) is not None:
            raise RecordMovedError("merged", into=into)

    def check(self, write: Write) -> None:
        self.describe_capabilities().checked(write)

    def refuse_newer(self, write: Write) -> None:
        row = self.desk.rows[write.target or ""]
        if any(row[name] != value for name, value in write.base.items()):
            raise WriteConflictError("newer", theirs=row)
        self.refuse_stale(write)

    def refuse_stale(self, write: Write) -> None:
        if write.base_revision not in {None, self.desk.rows[write.target or ""]["revision"]}:
            raise WriteConflictError("stale")

    def doubt(self) -> Exception:
        return OutcomeUnknownError("lost")

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        rows = self.desk.rows
        if write.target is not None:
            row = rows[write.target]
            if row["title"] == write.values["title"]:
                return Found(write.target)
            untouched = write.attempted_at is not None and row["at"] < write.attempted_at
            return self.absent(write) if untouched else Inconclusive("touched")
        if write.kind == CREATE or (write.kind == INTERNAL and self.marks):
            return await self.looked_for(write)
        refs = [ref for ref, row in rows.items() if row.get("body") == write.values["body"]]
        refs = [ref for ref in refs if ref not in write.taken_refs]
        return Found(refs[0]) if len(refs) == 1 else Inconclusive("not one", tuple(refs))

    async def search(self, key: str, parent: str | None) -> list[str]:
        del parent
        marked = [ref for ref in self.desk.search(body=key) if carries_mark(self.desk.rows[ref]["body"], key)]
        return marked + self.desk.search(id=key, kind=CREATE)

    async def looked_for(self, write: Write) -> FindResult:
        return await looked_for(write, self.search, now=self.ctx.clock.now(), settle_s=SETTLE_S)

    def absent(self, write: Write) -> FindResult:
        settled = write.attempted_at is not None and (
            self.ctx.clock.now() > write.attempted_at + timedelta(seconds=SETTLE_S)
        )
        return ProvenAbsent("looked") if settled else Inconclusive("too early")


class MemoryVendor(WriteVendor):
    def __init__(self, desk: Desk, clock: FakeClock) -> None:
        self.desk = desk
        self.clock = clock

    async def example(self, kind: str, number: int) -> Write:
        if kind == UPDATE:
            self.clock.advance(1)
            row = self.desk.rows["1"]
            base, revision = {"title": row["title"]}, row["revision"]
            return Write("", kind, target="1", values={"title": f"T{number}"}, base=base, base_revision=revision)
        if kind in {NOTE, INTERNAL}:
            return Write("", kind, parent="1", values={"body": f"N{number}"})
        return Write("", kind, values={"title": f"T{number}"})

    async def writes_done(self) -> int:
        return self.desk.done

    async def fail_next_write(self, fault: WriteFault) -> None:
        self.desk.fault = fault

    async def leave_out(self, field: str) -> None:
        self.desk.omitted = field

    async def merge(self, target: str) -> str:
        self.desk.merged[target] = "2"
        return "2"

    async def ignore_searches(self) -> None:
        self.desk.searches = False

    async def customer_reads(self, kind: str, ref: str) -> str:
        row = self.desk.rows[ref]
        return "" if row.get("kind") == INTERNAL else f"{row.get('title')} {row.get('body')}"

    async def settle(self, seconds: float) -> None:
        self.clock.advance(seconds)


def connect(connector: type[Memory], clock: FakeClock, **settings: Any) -> Memory:
    made = connector(make_context(Settings(**settings), clock=clock))
    made.desk = Desk(clock.now, rows={"1": {"title": "A", "id": "", "at": clock.now(), "revision": "1"}})
    return made


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
