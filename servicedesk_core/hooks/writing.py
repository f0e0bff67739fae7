"""What travels between core and a connector when something is written, and how a doubt is settled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from servicedesk_core.hooks.pulling import SourceRecord


class ReconcilableBy(StrEnum):
    """How a write whose fate is unknown can be found at the vendor."""

    REFERENCE = "reference"
    """Our id stands in a field that the vendor can search."""
    MARKER = "marker"
    """Our id stands inside the text."""
    RECORD = "record"
    """The changed record is known: it is read and compared, with the vendor's stamp of its last change."""
    CONTENT = "content"
    """Only by comparing content; can find, cannot prove absence."""
    NOTHING = "nothing"

    @property
    def may_prove_absence(self) -> bool:
        """Whether ``ProvenAbsent`` is believed from this way of looking, once the settling time has passed."""
        return self.searches or self is ReconcilableBy.RECORD

    @property
    def searches(self) -> bool:
        """Whether it is looked for by a search, which proves nothing before it was seen to work."""
        return self in {ReconcilableBy.REFERENCE, ReconcilableBy.MARKER}


class Known(NamedTuple):
    """A write of ours that is certainly at the vendor.

    Attributes:
        id: Our id of the act, as it stands in the vendor's reference field or marker.
        ref: The vendor's id of the record.
        parent: The vendor's id of the record that it belongs to, if any.
    """

    id: str
    ref: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """One intended change at the vendor.

    Attributes:
        id: Our own id of the act; goes into the vendor's reference field or marker.
        kind: Grant that it needs, for example ``tickets.update``.
        target: The vendor's id of the record, or ``None`` for a new one.
        parent: The vendor's id of the parent record, if any.
        values: Domain field to new value; only what changes.
        base: Domain field to the value that was read; the vendor must still show these.
        base_modified_at: The vendor's modification stamp when it was read.
        base_revision: The vendor's token of the version that ``base`` is of, from :attr:`SourceRecord.revision`; send
            it with the write (``If-Match``, or in the body), so that the vendor itself refuses over a newer version.
        attempted_at: When its last sending began; ``None`` before the first. Looking for it needs a time.
        taken_refs: The vendor's ids that belong to other writes of ours; ``find_write`` never takes one of them for
            this write, however alike they are.
        earlier: Earlier writes of this kind that the vendor confirmed, the newest first: a search that does not find
            the id of one of them does not work.
        content: The file that goes with it, for ``send_write`` of a kind with ``max_file_bytes``; ``values`` say its
            name, its size and its digest, by which ``find_write`` knows it again.
    """

    id: str
    kind: str
    target: str | None = None
    parent: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    base: dict[str, Any] = field(default_factory=dict)
    base_modified_at: datetime | None = None
    base_revision: str | None = None
    attempted_at: datetime | None = None
    taken_refs: frozenset[str] = frozenset()
    earlier: tuple["Known", ...] = ()
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WriteProblem:
    """A value that the vendor would refuse.

    Attributes:
        field: The domain field.
        reason: What is wrong with it, as a sentence; names words of lists, never texts of records.
        word: The word that the vendor does not have, if it is one.
        offered: The words that can be chosen instead.
        hint: What to do about it.
    """

    field: str
    reason: str
    word: str | None = None
    offered: tuple[str, ...] = ()
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """The vendor's confirmation.

    Attributes:
        ref: The vendor's id of the written record.
        warnings: What the vendor added, for people.
        record: The record as it stands after the write, when the connector read it back, as a pull would bring it; core
            stores it like one that was pulled, so that the next pull shows no change. A field of a change that still
            shows its base there counts as refused.
        refused: Domain field to the reason, as a sentence, of what the vendor left out although it took the rest.
        revision: The vendor's token of the version that the write made, where ``record`` does not say it.
    """

    ref: str
    warnings: tuple[str, ...] = ()
    record: SourceRecord | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The vendor has it: what its lost answer would have said.

    Attributes:
        ref: The vendor's id of the written record.
        record: The record as the vendor shows it, where looking for it read it; as in :class:`WriteReceipt`.
        refused: Domain field to the reason of what the vendor left out, as far as the record shows it; as in
            :class:`WriteReceipt`.
    """

    ref: str
    record: SourceRecord | None = field(default=None, compare=False, repr=False)
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProvenAbsent:
    """The vendor does not have it, and the way it was looked for proves that.

    Attributes:
        evidence: How it was looked for, for the audit.
        canary: What the same search did find, which shows that it works, as :func:`looked_for` does. A search that
            found nothing is no proof without it; one record that was read and compared needs none.
        begun: The vendor's id of what was begun and is not finished, where a write takes several requests: sent again
            it is gone on with. Until then it stands there, and the write must not be refused as one that did nothing.
    """

    evidence: str
    canary: str = ""
    begun: str = ""


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """Neither found nor proven absent.

    Attributes:
        reason: Why, for people.
        candidates: Ids that might be it.
        ask_again_at: When another look may help.
    """

    reason: str
    candidates: tuple[str, ...] = ()
    ask_again_at: datetime | None = None


FindResult = Found | ProvenAbsent | Inconclusive
"""What every ``find_…`` hook that settles a doubt answers."""
