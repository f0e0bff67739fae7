"""What a connector says about itself and its vendor: data, checked by the conformance suite."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain.billing import TaxRounding
from servicedesk_core.domain.folding import SPAN, Derivable
from servicedesk_core.domain.names import plain_name
from servicedesk_core.domain.parts import PartSource
from servicedesk_core.domain.warranty import NO_RULES, ClaimRules
from servicedesk_core.errors import RejectedError, UnsupportedError
from servicedesk_core.hooks.webhooks import WebhookCapability
from servicedesk_core.hooks.write_capability import WriteCapability
from servicedesk_core.hooks.writing import Write


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
        has_open: Whether ``only_open`` is understood, and ``without_open``.
        page_size: Largest page.
        ids_per_request: How many ids one request of ``fetch_records`` can ask for.
        parallel: How many partitions may be pulled at once, or parents be asked for their children.
        needs: Streams that should be pulled first.
        folds_into: Stream that core derives from this one: ``tickets`` for a log of events without ticket records.
        event_order: For ticket events: what orders the events of one ticket. ``time``: ``effective_at``, ties by
            ``source_seq``. ``sequence``: ``source_seq`` alone.
        derives: For a stream that is folded: ticket fields that follow from the events where none of them states the
            field. A field that is not among them stays empty then.
        rebuilds: Whether a changed mapping makes core read the whole source again and swap it in one transaction.
        children_of: Stream of parents below which alone the records can be read (notes of a ticket, sites of a
            company): ``pull_children`` is called for each of them instead of ``pull``. The records name their parent.
        moved_by: For children: fields of their parent that differ when its children may have; one that the parent does
            not have is passed over. Empty = nothing tells, so that they are read again on a slower schedule only.
        part_of: Stream whose records hold those of this one: they come in ``Mapped.also`` of the other, and are never
            asked for themselves. They name it (the lines of an order), or bear its id (a note with the time that was
            worked on it); what names it and does not come with it any more is gone.
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
    children_of: str | None = None
    moved_by: tuple[str, ...] = ("modified_at", "last_activity_at")
    part_of: str | None = None
    right: str = ""
    vendor_entities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Children are read after their parents."""
        if self.children_of is not None and self.children_of not in self.needs:
            object.__setattr__(self, "needs", (*self.needs, self.children_of))


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
class BillingCapability:
    """What a connector of the billing family says of its ledger beside the hook that it implements.

    Attributes:
        tax_rounding: When the ledger rounds tax; ``unknown`` = only it can say what the tax is.
        has_drafts: Whether a document can be left for somebody to approve in the ledger.
        numbers_itself: Whether the ledger gives numbers of its own, so that ours stands in the reference.
        unit_price_decimals: Most decimal places of a unit price.
        quantity_decimals: Most decimal places of a quantity.
        max_lines: Most lines of a document.
        currency: The ledger's own currency; ``None`` = not known before it is asked.
    """

    tax_rounding: TaxRounding
    has_drafts: bool = False
    numbers_itself: bool = False
    unit_price_decimals: int = 2
    quantity_decimals: int = 4
    max_lines: int = 500
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarCapability:
    """What a connector of the calendar family says beside the hook that it implements.

    Attributes:
        technicians: Whose calendars it reads, by their names in the definitions.
    """

    technicians: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrmCapability:
    """What a connector of the CRM family says beside the hook that it implements.

    Attributes:
        shares_accounts: Whether its accounts are the clients of the same connection, as in a PSA that sells, too; else
            they are other records, and are told apart by their names.
        keeps_id_in: The field of an opportunity that carries the id of the write that made it, for people.
    """

    shares_accounts: bool
    keeps_id_in: str


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
        billing: How its ledger taxes and numbers; ``None`` when it is not of that family.
        calendar: Whose calendars it reads; ``None`` when it is not of that family.
        crm: Whose accounts it sells to; ``None`` when it is not of that family.
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
    billing: BillingCapability | None = None
    calendar: CalendarCapability | None = None
    crm: CrmCapability | None = None
    webhooks: WebhookCapability | None = None

    def stream(self, name: str) -> StreamCapability | None:
        """Return the capability of one stream, or ``None``."""
        return next((s for s in self.streams if s.stream == name), None)

    def write(self, kind: str) -> WriteCapability | None:
        """Return the capability of one kind of write, or ``None``."""
        return next((w for w in self.writes if w.kind == kind), None)

    def declared(self, kind: str) -> WriteCapability:
        """Return what was declared of a kind of write.

        Raises:
            UnsupportedError: No such kind was.
        """
        if (capability := self.write(kind)) is not None:
            return capability
        raise UnsupportedError(
            f"The connector cannot send {kind!r}.", hint=f"It can: {', '.join(w.kind for w in self.writes)}."
        )

    def checked(self, write: Write) -> WriteCapability:
        """Return what was declared of a write, after :meth:`WriteCapability.check`.

        Args:
            write: What is to be sent.

        Raises:
            UnsupportedError: No such kind was declared.
            RejectedError: It cannot be right.
        """
        capability = self.declared(write.kind)
        capability.check(write)
        return capability


@dataclass(frozen=True, slots=True)
class VendorIdentity:
    """Which tenant stands behind a connection.

    Attributes:
        vendor: Stable vendor id, for example ``autotask``.
        account: The vendor's id of the tenant; the store refuses another one under the same connection name.
        name: The tenant's name, for people.
        record_urls: By stream, a template of the page that shows a record at the vendor; ``{external_id}`` stands
            for the id, ``{parent}`` and ``{child}`` for the parts of a :class:`ChildKey`.
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
    """One value of a list field.

    Attributes:
        value: What the vendor stores.
        label: What people see.
        is_active: Whether it can still be chosen.
        is_system: Whether the vendor made it.
        parent: The value of another list that it belongs to, such as the board of a status.
        parent_label: What people call that one; words that are alike on two boards are told apart by it.
    """

    value: str
    label: str
    is_active: bool = True
    is_system: bool = False
    parent: str | None = None
    parent_label: str | None = None

    @property
    def word(self) -> str:
        """How people name it where its label alone is not enough: ``Board/Status``."""
        return f"{self.parent_label}/{self.label}" if self.parent_label else self.label


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

    def value_of(self, word: str, *, parent: str | None = None) -> FieldValue:
        """Return the value that a person means by a word, to be written.

        Args:
            word: Its label, or ``Board/Status``.
            parent: Value of the other list that the changed record has; of several values with one label, that which
                belongs to it is meant.

        Raises:
            RejectedError: No value that can be chosen is called so, or several are.
        """
        wanted = plain_name(word)
        active = [value for value in self.values if value.is_active]
        found = [value for value in active if plain_name(value.word) == wanted]
        found = found or [value for value in active if plain_name(value.label) == wanted]
        if parent is not None:
            found = [value for value in found if value.parent in {None, parent}]
        if len(found) == 1:
            return found[0]
        there = [value.word for value in active if parent is None or value.parent in {None, parent}]
        if found:
            message = f"Several values of {self.label or self.name} are called {word!r}."
            hint = f"Say which: {', '.join(sorted(value.word for value in found))}."
        else:
            message = f"{self.label or self.name} has no value {word!r}.{did_you_mean(word, there)}"
            hint = f"There are: {', '.join(sorted(set(there)))}."
        raise RejectedError(message, field_errors=(self.maps_to or self.name,), hint=hint)
