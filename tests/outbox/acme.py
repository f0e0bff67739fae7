"""A connector to the vendor beside it: pulls, sends and finds writes over the HTTP kit."""

from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.domain import Company, Note, NoteVisibility, Queue, Technician, Ticket, TimeEntry
from servicedesk_core.domain.tickets import ChecklistItem, SecondaryResource
from servicedesk_core.errors import NotFoundError
from servicedesk_core.hooks import (
    Capabilities,
    FetchOutcome,
    FetchStatus,
    Found,
    Inconclusive,
    Known,
    Mapped,
    Page,
    ProvenAbsent,
    ReconcilableBy,
    SourceRecord,
    StreamCapability,
    VendorIdentity,
    WriteProblem,
    WriteReceipt,
    looked_for,
)
from servicedesk_core.hooks.write_capability import WriteCapability
from servicedesk_core.http import HttpProfile, RetryPolicy, Route

STREAMS = ("companies", "queues", "technicians", "tickets", "notes", "time_entries")
WORDS = {"New": "new", "In Progress": "in_progress", "Complete": "closed", "Solved": "resolved"}
BY_KIND = {
    "tickets.create": ReconcilableBy.REFERENCE,
    "tickets.update": ReconcilableBy.RECORD,
    "notes.create_internal": ReconcilableBy.REFERENCE,
    "notes.create_public": ReconcilableBy.REFERENCE,
    "time_entries.create": ReconcilableBy.CONTENT,
    "time_entries.create_public": ReconcilableBy.CONTENT,
    "secondary_resources.create": ReconcilableBy.REFERENCE,
    "secondary_resources.delete": ReconcilableBy.RECORD,
    "checklist_items.create": ReconcilableBy.REFERENCE,
    "checklist_items.update": ReconcilableBy.RECORD,
}
REQUIRED = {
    "tickets.create": ("title", "company_ref"),
    "notes.create_internal": ("body",),
    "notes.create_public": ("body",),
    "time_entries.create": ("technician_ref", "work_date|start_at"),
}
FLAGS = {"time_entries.create": {"public": False}, "time_entries.create_public": {"public": True}}
_ROUTES = (
    Route("POST", "/tickets", grant="tickets.create"),
    Route("PATCH", "/tickets/{id}", grant="tickets.update"),
    Route("POST", "/notes", grant="notes.create_internal", body={"visibility": "internal"}),
    Route("POST", "/notes", grant="notes.create_public"),
    *(Route("POST", f"/{stream}", grant=f"{stream}.create") for stream in ("secondary_resources", "checklist_items")),
    Route("PATCH", "/secondary_resources/{id}", grant="secondary_resources.delete"),
    Route("PATCH", "/checklist_items/{id}", grant="checklist_items.update"),
    *(WriteCapability(kind, flags=flags).route("POST", "/time_entries") for kind, flags in FLAGS.items()),
)


class AcmeSettings(ConnectorSettings):
    url: str
    timeout_s: float = 2.0
    revisions: bool = False
    reads_back: bool = False
    tells_merges: bool = False


class Acme(Connector[AcmeSettings]):
    Settings = AcmeSettings

    async def open(self):
        self.http = self.ctx.http(
            HttpProfile(
                base_url=self.ctx.settings.url,
                vendor="acme",
                account="42",
                budget=self.ctx.budget,
                routes=_ROUTES,
                total_timeout_s=self.ctx.settings.timeout_s,
                retry=RetryPolicy(attempts=1),
            )
        )

    @hookimpl
    def describe_capabilities(self):
        return Capabilities(
            vendor="Acme",
            streams=tuple(StreamCapability(stream, has_stamp=False) for stream in STREAMS),
            writes=tuple(
                WriteCapability(
                    kind,
                    by,
                    timeout_s=self.ctx.settings.timeout_s,
                    required=REQUIRED.get(kind, ()),
                    max_lengths={"body": 200} if kind.startswith("notes") else {},
                    visible_to="staff" if kind == "notes.create_internal" else "customer",
                    flags=FLAGS.get(kind, {}),
                )
                for kind, by in BY_KIND.items()
            ),
        )

    @hookimpl
    async def vendor_identity(self):
        me = (await self.http.get("me")).json()
        return VendorIdentity(vendor="acme", account=me["account"], name=me["name"])

    @hookimpl
    async def pull(self, request):
        found = (await self.http.get(request.stream)).json()
        yield Page([self.record(raw) for raw in found], resume=None, last=True)

    def record(self, raw):
        return SourceRecord(raw["id"], raw, revision=raw["modified"] if self.ctx.settings.revisions else None)

    @hookimpl
    async def fetch_records(self, stream, refs):
        for ref in refs:
            try:
                raw = (await self.http.get(f"{stream}/{ref}")).json()
            except NotFoundError:
                yield FetchOutcome(ref, FetchStatus.MISSING)
            else:
                is_merged = self.ctx.settings.tells_merges and raw["id"] != ref
                status = FetchStatus.MERGED if is_merged else FetchStatus.FOUND
                yield FetchOutcome(ref, status, (self.record(raw),), into=raw["id"] if is_merged else None)

    @hookimpl
    def map_record(self, stream, raw):
        known = {"external_id": raw["id"]}
        if stream == "tickets":
            fields = (
                "title",
                "description",
                "status",
                "queue_ref",
                "assignee_ref",
                "company_ref",
                "priority",
                "resolution",
                "resolved_at",
                "problem_ref",
                "created_at",
            )
            known |= {field: raw[field] for field in fields if raw.get(field) is not None}
            known |= {"number": f"T{raw['id']}", "modified_at": raw["modified"]}
            known |= {"status_category": WORDS.get(raw.get("status"))}
            return Mapped(Ticket(**known))
        if stream == "notes":
            visibility = NoteVisibility(raw.get("visibility", "internal"))
            known |= {field: raw[field] for field in ("author_type", "created_at") if field in raw}
            return Mapped(Note(**known, ticket_ref=raw["ticket"], body=raw["body"], visibility=visibility))
        if stream == "time_entries":
            return Mapped(TimeEntry(**known, ticket_ref=raw["ticket"], worked_s=raw["worked_s"]))
        if stream == "secondary_resources":
            return Mapped(SecondaryResource(**known, ticket_ref=raw["ticket"], technician_ref=raw["technician_ref"]))
        if stream == "checklist_items":
            fields = {name: raw.get(name) for name in ("name", "is_important", "is_completed")}
            return Mapped(ChecklistItem(**known, ticket_ref=raw["ticket"], **fields))
        return Mapped(
            {"companies": Company, "queues": Queue, "technicians": Technician}[stream](**known, name=raw["name"])
        )

    @hookimpl
    def mapping_version(self, stream):
        return "1"

    @hookimpl
    async def check_write(self, write, max_age_s):
        word = write.values.get("status")
        known = [*WORDS]
        if max_age_s is not None:
            known += [row["name"] for row in (await self.http.get("words")).json()]
        if word is None or word in known:
            return ()
        return (WriteProblem("status", f'Acme has no status "{word}".', word, tuple(known)),)

    @hookimpl
    async def send_write(self, write):
        stream = write.kind.partition(".")[0]
        body = dict(write.values) | {"ref": write.id, **FLAGS.get(write.kind, {})}
        if write.parent:
            body["ticket"] = write.parent
        if "status_category" in body:
            body["status"] = {category: word for word, category in WORDS.items()}[body.pop("status_category")]
        if stream == "notes":
            body["visibility"] = write.kind.removeprefix("notes.create_")
        if write.target:
            headers = {"If-Match": write.base_revision} if write.base_revision else {}
            answer = await self.http.patch(f"{stream}/{write.target}", json=body, headers=headers)
        else:
            answer = await self.http.post(stream, json=body)
        raw = answer.json()
        record = self.record(raw) if self.ctx.settings.reads_back else None
        return WriteReceipt(raw["id"], record=record, refused=raw.pop("left_out"))

    @hookimpl
    async def find_write(self, write):
        stream = write.kind.partition(".")[0]
        by = BY_KIND[write.kind]
        if by is ReconcilableBy.RECORD:
            raw = (await self.http.get(f"{stream}/{write.target}")).json()
            record = self.record(raw) if self.ctx.settings.reads_back else None
            return Found(write.target, record) if raw.get("ref") == write.id else ProvenAbsent("the record was read")
        if by is ReconcilableBy.CONTENT:
            rows = (await self.http.get(stream, params={"ticket": write.parent})).json()
            alike = [
                r["id"] for r in rows if r["worked_s"] == write.values["worked_s"] and r["id"] not in write.taken_refs
            ]
            return Found(alike[0]) if len(alike) == 1 else Inconclusive(f"{len(alike)} alike", tuple(alike))

        async def search(key, parent):
            del parent
            return [row["id"] for row in (await self.http.get(stream, params={"ref": key})).json()]

        async def canary():
            rows = (await self.http.get(stream)).json()
            return next((Known(row["ref"], row["id"]) for row in rows if row.get("ref")), None)

        return await looked_for(write, search, now=self.ctx.clock.now(), settle_s=0.0, canary=canary)
