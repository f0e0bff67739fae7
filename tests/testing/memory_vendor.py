"""A vendor in memory with a connector that keeps the rules of writing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

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
    FindResult,
    Found,
    Inconclusive,
    ProvenAbsent,
    ReconcilableBy,
    Write,
    WriteCapability,
    WriteReceipt,
    carries_mark,
    looked_for,
)
from servicedesk_core.testing import FakeClock, WriteFault, WriteVendor, make_context, with_file

SETTLE_S = 60.0
CREATE, UPDATE = "tickets.create", "tickets.update"
FILE = "attachments.create_internal"
FILE_FIELDS = ("name", "size_bytes", "sha256")
NOTE, INTERNAL = "notes.create_public", "notes.create_internal"
STEP = "checklist_items.create"


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
    grants: tuple[str, ...] = (CREATE, UPDATE, NOTE, INTERNAL, FILE, STEP)


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
                can(STEP, ReconcilableBy.RECORD, "name", needs="parent", unique_by=("name",)),
                can(FILE, ReconcilableBy.CONTENT, *FILE_FIELDS, needs="parent", max_file_bytes=100),
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
            if write.kind == STEP and (steps := self.steps(write)):
                return WriteReceipt(steps[0])
            row = {**self.values_of(write), "kind": write.kind, "id": write.id, "content": self.file_of(write)}
            return WriteReceipt(self.desk.write(lambda: self.desk.add(row)))
        except LostError:
            raise self.doubt() from None

    def receipt(self, write: Write) -> WriteReceipt:
        row = self.desk.rows[write.target or ""]
        refused = {name: "No." for name, value in write.values.items() if row[name] != value}
        return WriteReceipt(write.target or "", refused=refused, revision=row["revision"])

    def values_of(self, write: Write) -> dict[str, Any]:
        return self.describe_capabilities().declared(write.kind).marked(write)

    def file_of(self, write: Write) -> bytes | None:
        return self.describe_capabilities().declared(write.kind).file_of(write) if write.kind == FILE else None

    def alike(self, row: dict[str, Any], write: Write) -> bool:
        if write.kind == FILE:
            named = row.get("name") == write.values["name"]
            return named and hashlib.sha256(row["content"]).hexdigest() == write.values["sha256"]
        return bool(row.get("body") == write.values["body"])

    def steps(self, write: Write) -> list[str]:
        named = write.values["name"]
        return [ref for ref, row in self.desk.rows.items() if row.get("kind") == STEP and row["name"] == named]

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
        if write.kind == STEP:
            refs = self.steps(write)
            return Found(refs[0]) if refs else self.absent(write)
        if write.kind == CREATE or (write.kind == INTERNAL and self.marks):
            return await self.looked_for(write)
        refs = [ref for ref, row in rows.items() if self.alike(row, write)]
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
        if kind == STEP:
            return Write("", kind, parent="1", values={"name": f"S{number}"})
        if kind == FILE:
            return with_file(Write("", kind, parent="1"), f"F{number}", f"content {number}".encode())
        return Write("", kind, values={"title": f"T{number}"})

    async def stored_file(self, kind: str, ref: str) -> tuple[str, bytes]:
        row = self.desk.rows[ref]
        return row["name"], row["content"]

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
        return (
            ""
            if row.get("kind") in {INTERNAL, FILE, STEP}
            else f"{row.get('title')} {row.get('body')} {row.get('name')}"
        )

    async def settle(self, seconds: float) -> None:
        self.clock.advance(seconds)


def connect(connector: type[Memory], clock: FakeClock, **settings: Any) -> Memory:
    made = connector(make_context(Settings(**settings), clock=clock))
    made.desk = Desk(clock.now, rows={"1": {"title": "A", "id": "", "at": clock.now(), "revision": "1"}})
    return made
