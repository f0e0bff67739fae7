"""What a connector says about itself and its vendor: data, checked by the conformance suite."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from servicedesk_core.domain.folding import SPAN, Derivable
from servicedesk_core.domain.parts import PartSource
from servicedesk_core.domain.warranty import NO_RULES, ClaimRules
from servicedesk_core.errors import RejectedError, UnsupportedError
from servicedesk_core.hooks.webhooks import WebhookCapability
from servicedesk_core.hooks.writing import ReconcilableBy, Write


class Support(StrEnum):
    """How far something is possible; keeps "the vendor cannot" apart from "not built yet"."""

    FULL = "full"
    NOT_BUILT = "not_built"
    VENDOR_CANNOT = "vendor_cannot"


@dataclass(frozen=True, slots=True)
class StreamCapability:
    """What a connector can do with one stream.

    Attributes:
        stream: Name of the stream.
        support: Whether it can be pulled.
        has_stamp: Whether the vendor keeps a modification stamp, so that incremental passes are possible. Streams
            without one are swept as a whole on a slower schedule.
        settle_s: Seconds after its modification stamp within which a change shows: while a long transaction is not
            committed or a replica lags, a later change shows first. A pass reaches so far back behind the last one.
        has_created: Whether a backfill can be cut into slices by creation date.
        has_open: Whether ``only_open`` is understood.
        page_size: Largest page.
        ids_per_request: How many ids one request of ``fetch_records`` can ask for.
        parallel: How many partitions may be pulled at once.
        needs: Streams that should be pulled first.
        folds_into: Stream that core derives from this one: ``tickets`` for a log of events without ticket records.
        event_order: For ticket events: what orders the events of one ticket. ``time``: ``effective_at``, ties by
            ``source_seq``. ``sequence``: ``source_seq`` alone.
        derives: For a stream that is folded: ticket fields that follow from the events where none of them states the
            field. A field that is not among them stays empty then.
        rebuilds: Whether a changed mapping makes core read the whole source again and swap it in one transaction.
        right: The right at the vendor without which the stream looks empty, in the vendor's words.
        vendor_entities: The vendor's entities behind the stream, for the documentation.
    """

    stream: str
    support: Support = Support.FULL
    has_stamp: bool = True
    settle_s: float = 300.0
    has_created: bool = False
    has_open: bool = False
    page_size: int = 500
    ids_per_request: int = 1
    parallel: int = 1
    needs: tuple[str, ...] = ()
    folds_into: str | None = None
    event_order: Literal["time", "sequence"] = "time"
    derives: tuple[Derivable, ...] = SPAN
    rebuilds: bool = False
    right: str = ""
    vendor_entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WarrantyCapability:
    """What a connector of the warranty family says beside the hooks that it implements.

    Attributes:
        devices_per_request: How many devices one request of ``find_entitlements`` asks for. Core calls the hook with so
            many devices at a time, so that a call is one request.
        parallel: How many calls of ``find_entitlements`` may be in flight at once. Where the vendor's own limit is kept
            by ``ctx.vendor_budget(concurrency=…)``, say one more: an answer is read while the next requests are on
            their way.
        listed_per_request: How many devices one page of ``list_entitlements`` holds, which is one request; 0 = the hook
            is not implemented.
        wants: Fields of a device without which the answer may be ambiguous: ``product_number``, ``machine_type``,
            ``country``.
        origin: Whose word the answers are.
        time_zone: IANA zone whose days the dates are.
        claim_rules: What the manufacturer accepts in a claim: fields, lengths, evidence, deadlines.
        claims_per_request: How many claims one request of ``fetch_claims`` asks for.
    """

    devices_per_request: int = 1
    parallel: int = 1
    listed_per_request: int = 0
    wants: tuple[str, ...] = ()
    origin: Literal["maker", "distributor"] = "maker"
    time_zone: str = "UTC"
    claim_rules: ClaimRules = NO_RULES
    claims_per_request: int = 1


@dataclass(frozen=True, slots=True)
class PartsCapability:
    """What a connector of the parts family says beside the hook that it implements.

    Attributes:
        source: Whether it is our own stock or a distributor.
        finds_by: By which fields of a :class:`PartQuery` it can look; core does not ask it for others.
    """

    source: PartSource
    finds_by: frozenset[str] = frozenset({"part_number", "upc", "serial", "words"})


@dataclass(frozen=True, slots=True)
class WriteCapability:
    """One kind of write that a connector can send, and what core must know to send it safely.

    Attributes:
        kind: The grant that it needs, for example ``tickets.update``.
        reconcilable_by: How a write whose fate is unknown is found.
        right: What the vendor's administrator must allow, in the vendor's words.
        fields: Domain fields that it understands in ``Write.values``.
        required: Those without which it is refused; ``work_date|start_at`` = one of them is enough.
        max_lengths: Longest text of a field, in the vendor's characters; a longer one is refused before it is sent.
        needs: What it must name: the record that it changes (``target``), or the one that it belongs to (``parent``).
        settle_s: Seconds after the last attempt before which absence proves nothing.
        timeout_s: Longest time that sending may take, the looks before and after it included.
        visible_to: Who sees the result without being asked, for the person who approves: ``staff`` or ``customer``.
        side_effects: What may happen at the vendor besides, for example workflow rules and mails.
        vendor_entities: The vendor's entities behind it, for the documentation.
    """

    kind: str
    reconcilable_by: ReconcilableBy = ReconcilableBy.NOTHING
    right: str = ""
    fields: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    max_lengths: Mapping[str, int] = field(default_factory=dict)
    needs: Literal["target", "parent", ""] = ""
    settle_s: float = 0.0
    timeout_s: float = 120.0
    visible_to: Literal["staff", "customer"] = "staff"
    side_effects: str = ""
    vendor_entities: tuple[str, ...] = ()

    def lacking(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what is required and has no value, as people say it: ``work_date or start_at``."""
        return tuple(
            " or ".join(names)
            for names in (one.split("|") for one in self.required)
            if all(values.get(name) is None or values[name] == "" for name in names)
        )

    def check(self, write: Write, length: Callable[[str], int] = len) -> None:
        """Refuse what this kind cannot be, before anything is sent.

        Args:
            write: A write of this kind.
            length: Counts the characters of a text as the vendor does.

        Raises:
            RejectedError: It names no record where it must, has fields that are not understood, lacks one that is
                needed, or a text is too long; names the fields.
        """
        if self.needs and not getattr(write, self.needs):
            raise RejectedError(f"{self.kind} needs its {self.needs}.", field_errors=(self.needs,))
        if unknown := tuple(name for name in write.values if name not in self.fields):
            raise RejectedError(
                f"{self.kind} cannot write {', '.join(unknown)}.",
                field_errors=unknown,
                hint=f"It can: {', '.join(self.fields)}.",
            )
        if lacking := self.lacking(write.values):
            raise RejectedError(f"{self.kind} needs {' and '.join(lacking)}.", field_errors=lacking)
        for name, longest in self.max_lengths.items():
            text = write.values.get(name)
            if isinstance(text, str) and (long := length(text)) > longest:
                message = f"{name} has {long} characters, and the vendor takes {longest}."
                raise RejectedError(message, field_errors=(name,), hint="Shorten it.")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do, and how access to its vendor is obtained.

    Attributes:
        vendor: The vendor's name, for people.
        streams: What can be pulled.
        access: How access is obtained; one step a line.
        approved_by: Who must agree, for example "an Autotask administrator of the MSP".
        lead_time: How long it takes until access works, or "unknown".
        documentation: Address of the vendor's own documentation.
        writes: What can be written; empty while it only reads.
        warranty: What the connector can do about warranty; ``None`` when it is not of that family.
        parts: Whose parts it finds and by what; ``None`` when it is not of that family.
        webhooks: What its vendor can call about; ``None`` when it calls nobody.
    """

    vendor: str
    streams: tuple[StreamCapability, ...] = ()
    access: tuple[str, ...] = ()
    approved_by: str = ""
    lead_time: str = "unknown"
    documentation: str = ""
    writes: tuple[WriteCapability, ...] = ()
    warranty: WarrantyCapability | None = None
    parts: PartsCapability | None = None
    webhooks: WebhookCapability | None = None

    def stream(self, name: str) -> StreamCapability | None:
        """Return the capability of one stream, or ``None``."""
        return next((s for s in self.streams if s.stream == name), None)

    def write(self, kind: str) -> WriteCapability | None:
        """Return the capability of one kind of write, or ``None``."""
        return next((w for w in self.writes if w.kind == kind), None)

    def checked(self, write: Write, length: Callable[[str], int] = len) -> WriteCapability:
        """Return what was declared of a write, after :meth:`WriteCapability.check`.

        Args:
            write: What is to be sent.
            length: Counts the characters of a text as the vendor does.

        Raises:
            UnsupportedError: No such kind was declared.
            RejectedError: It cannot be right.
        """
        capability = self.write(write.kind)
        if capability is None:
            raise UnsupportedError(
                f"The connector cannot send {write.kind!r}.", hint=f"It can: {', '.join(w.kind for w in self.writes)}."
            )
        capability.check(write, length)
        return capability


@dataclass(frozen=True, slots=True)
class VendorIdentity:
    """Which tenant stands behind a connection.

    Attributes:
        vendor: Stable vendor id, for example ``autotask``.
        account: The vendor's id of the tenant; the store refuses another one under the same connection name.
        name: The tenant's name, for people.
        record_urls: By stream, a template of the page that shows a record at the vendor; ``{external_id}`` stands
            for the id.
    """

    vendor: str
    account: str
    name: str = ""
    record_urls: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreamCheck:
    """What one harmless look at a stream showed.

    Attributes:
        stream: Name of the stream.
        readable: Whether the vendor let us look.
        visible: How many rows we can see, or ``None`` when the vendor does not count. 0 means empty, or hidden by the
            vendor's security settings.
        oldest_at: Creation of the oldest visible row, if known.
        note: What to do when it is not readable or looks empty.
    """

    stream: str
    readable: bool
    visible: int | None = None
    oldest_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value of a list field."""

    value: str
    label: str
    is_active: bool = True
    is_system: bool = False
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field of the vendor's record.

    Attributes:
        name: The vendor's name of the field.
        label: What people see.
        type: The vendor's word for its type.
        maps_to: The domain field that it feeds, if any.
        is_custom: Whether the tenant defined it.
        is_required: Whether the vendor demands it.
        is_read_only: Whether it cannot be written.
        max_length: Longest text in characters.
        values: The allowed values of a list field.
    """

    name: str
    label: str = ""
    type: str = ""
    maps_to: str | None = None
    is_custom: bool = False
    is_required: bool = False
    is_read_only: bool = False
    max_length: int | None = None
    values: tuple[FieldValue, ...] = ()
