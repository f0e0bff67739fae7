"""What a connector says about a kind of write, and what follows from it alone."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, Literal

from servicedesk_core.errors import RejectedError
from servicedesk_core.hooks import marks
from servicedesk_core.hooks.writing import ReconcilableBy, Write, WriteProblem

if TYPE_CHECKING:
    from servicedesk_core.http.policy import Route

_STAND_INS: Final = {"external_id": "0", "ticket_ref": "0", "name": "-"}
"""What records demand beside the fields that are written."""


@dataclass(frozen=True, slots=True)
class WriteCapability:
    """One kind of write that a connector can send, and what core must know to send it safely.

    Attributes:
        kind: The grant that it needs, for example ``tickets.update``.
        reconcilable_by: How a write whose fate is unknown is found.
        right: What the vendor's administrator must allow, in the vendor's words.
        fields: Domain fields that it understands in ``Write.values``.
        required: Those without which it is refused; ``work_date|start_at`` = one of them is enough.
        max_lengths: Longest text of a field; a longer one is refused before it is sent.
        counted_in: What the vendor counts in a text.
        words: The words that a field takes, where the vendor's list is the same for everybody.
        decimals: Most decimal places of a number.
        needs: What it must name: the record that it changes (``target``), or the one that it belongs to (``parent``).
        settle_s: Seconds after the last attempt before which absence proves nothing.
        timeout_s: Longest time that sending may take, the looks before and after it included.
        visible_to: Who sees the result without being asked, for the person who approves: ``staff`` or ``customer``.
        staff_fields: Of what the customer sees: the fields that only the staff does.
        flags: The vendor's own fields that decide who sees it, with the values of this kind. All of them are sent each
            time, so that no default of the vendor decides; :meth:`route` refuses a request without them.
        mark_in: The field in whose text the mark stands, for ``ReconcilableBy.MARKER``; none that a customer reads.
        unique_by: Fields by which the vendor has one such record below a parent at most, or one is enough: an equal
            write finds that one and makes no second. Empty = equal writes are two.
        max_file_bytes: Largest file that goes with it, for kinds that send one: ``attachments.create_internal`` and
            ``attachments.create_public``. 0 = none does.
        side_effects: What may happen at the vendor besides, for example workflow rules and mails.
        vendor_entities: The vendor's entities behind it, for the documentation.

    Raises:
        ValueError: A mark has no field, or one that customers read.
    """

    kind: str
    reconcilable_by: ReconcilableBy = ReconcilableBy.NOTHING
    right: str = ""
    fields: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    max_lengths: Mapping[str, int] = field(default_factory=dict)
    counted_in: Literal["characters", "utf-16", "utf-8"] = "characters"
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    needs: Literal["target", "parent", ""] = ""
    settle_s: float = 0.0
    timeout_s: float = 120.0
    visible_to: Literal["staff", "customer"] = "staff"
    staff_fields: tuple[str, ...] = ()
    flags: Mapping[str, Any] = field(default_factory=dict)
    mark_in: str = ""
    unique_by: tuple[str, ...] = ()
    max_file_bytes: int = 0
    side_effects: str = ""
    vendor_entities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a mark that a customer would read."""
        if (self.reconcilable_by is ReconcilableBy.MARKER) is not bool(self.mark_in):
            message = f"{self.kind}: a mark needs its field (mark_in), and a field is for marks only"
            raise ValueError(message)
        if self.mark_in and self.visible_to == "customer" and self.mark_in not in self.staff_fields:
            message = f"{self.kind}: customers read {self.mark_in}, so that no mark may stand in it"
            raise ValueError(message)

    def lacking(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what is required and has no value, as people say it: ``work_date or start_at``."""
        return tuple(
            " or ".join(names)
            for names in (one.split("|") for one in self.required)
            if all(values.get(name) is None or values[name] == "" for name in names)
        )

    def problems(self, write: Write) -> Iterator[WriteProblem]:
        """Yield what is wrong with a write of this kind, as far as this declaration tells."""
        if self.needs and not getattr(write, self.needs):
            yield WriteProblem(self.needs, f"{self.kind} needs its {self.needs}.")
        for names in self.lacking(write.values):
            yield WriteProblem(
                names, f"{self.kind} needs {names}.", hint="Say it with its option, or --field NAME=VALUE."
            )
        size = write.values.get("size_bytes") if self.max_file_bytes else None
        if size is not None and size > self.max_file_bytes:
            reason = f"The file has {size:,} bytes, and the vendor takes {self.max_file_bytes:,}."
            yield WriteProblem("size_bytes", reason, hint="Pack it, or send less.")
        for name, value in write.values.items():
            if self.fields and name not in self.fields:
                hint = f"It can: {', '.join(self.fields)}."
                yield WriteProblem(name, f"{self.kind} cannot write {name}.", name, self.fields, hint)
            else:
                yield from self._unfit(write, name, value)

    def file_of(self, write: Write) -> bytes:
        """Return the content of the file that goes with a write, when it is the one that was approved.

        Raises:
            RejectedError: It is not there any more, or is another one.
        """
        if write.content is None or hashlib.sha256(write.content).hexdigest() != write.values.get("sha256"):
            what = "is not there any more" if write.content is None else "is not the one that was approved"
            hint = "Propose it anew, with the file."
            raise RejectedError(f"Not sent: the file of the write {what}.", field_errors=("sha256",), hint=hint)
        return write.content

    def check(self, write: Write) -> None:
        """Refuse what this kind cannot be, before anything is sent.

        Raises:
            RejectedError: It names no record where it must, has fields that are not understood, lacks one that is
                needed, or a value is too long, too fine or no word of its list; names the fields.
        """
        found = tuple(self.problems(write))
        if not write.values:
            found = (*found, WriteProblem("values", f"{self.kind} says nothing."))
        if found:
            told = " ".join(one.reason for one in found)
            raise RejectedError(f"Not sent: {told}", field_errors=tuple(one.field for one in found), hint=found[0].hint)

    def typed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values as the domain types them: words become enums, texts instants.

        Raises:
            RejectedError: A value does not fit its field; names the fields.
        """
        from pydantic import ValidationError  # noqa: PLC0415  # whoever only looks at a write needs no models

        from servicedesk_core.domain import STREAMS  # noqa: PLC0415  # see above

        entity = STREAMS[self.kind.partition(".")[0]]
        demanded = {name: value for name, value in _STAND_INS.items() if name in entity.model_fields}
        try:
            record = entity.model_validate(demanded | dict(values))
        except ValidationError as error:
            wrong = tuple(sorted({str(one["loc"][0]) if one["loc"] else "record" for one in error.errors()}))
            message = f"Not sent: unusable values in {', '.join(wrong)}."
            raise RejectedError(message, field_errors=wrong) from None
        return {name: getattr(record, name) for name in values}

    def marked(self, write: Write) -> dict[str, Any]:
        """Return the values as they are sent: where a mark finds the write again, with it at the end of its text."""
        values = dict(write.values)
        if self.mark_in:
            values[self.mark_in] = marks.marked(values.get(self.mark_in), write.id)
        return values

    def route(self, method: str, path_pattern: str, *others: "WriteCapability") -> "Route":
        """Return the route of this kind: its grant, and a body that says everything about who sees it.

        Args:
            method: HTTP method.
            path_pattern: Path, see :class:`~servicedesk_core.http.Route`.
            others: Kinds that take the same step, so that their grant is enough too.
        """
        from servicedesk_core.http.policy import Route  # noqa: PLC0415  # whoever only looks needs no HTTP

        return Route(method, path_pattern, self.kind, body=self.flags, or_grants=tuple(one.kind for one in others))

    def length(self, text: str) -> int:
        """Return how long a text is as the vendor counts it."""
        if self.counted_in == "characters":
            return len(text)
        size = {"utf-16": 2, "utf-8": 1}[self.counted_in]
        return len(text.encode("utf-16-le" if size > 1 else "utf-8", "surrogatepass")) // size

    def _unfit(self, write: Write, name: str, value: Any) -> Iterator[WriteProblem]:
        most = self.max_lengths.get(name)
        if most is not None and name == self.mark_in:
            most -= marks.mark_length(write.id)
        if most is not None and isinstance(value, str) and (long := self.length(value)) > most:
            reason = f"{name} has {long:,} characters, and the vendor takes {most:,}."
            yield WriteProblem(name, reason, hint="Shorten it, or spread it over several.")
        if name in self.words and value is not None and value not in self.words[name]:
            yield WriteProblem(name, f'{name} has no "{value}".', str(value), self.words[name])
        if name in self.decimals and value is not None and _decimals(value) > self.decimals[name]:
            most = self.decimals[name]
            yield WriteProblem(
                name, f"{name} takes {f'{most} decimal places at most' if most else 'whole numbers only'}."
            )


def _decimals(value: object) -> int:
    try:
        exponent = Decimal(str(value)).normalize().as_tuple().exponent
    except InvalidOperation:  # no number: its type says so
        return 0
    return max(0, -exponent) if isinstance(exponent, int) else 0
