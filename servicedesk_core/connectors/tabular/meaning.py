"""Compiles a declared mapping into functions from a raw row to domain records. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from servicedesk_core.connectors.tabular.declaration import ColumnRule, FileMapping, WordMeaning
from servicedesk_core.connectors.tabular.values import (
    Cells,
    Read,
    UnreadableValueError,
    field_type,
    instant_reader,
    name_reader,
    none_reader,
    text_reader,
    value_reader,
)
from servicedesk_core.domain import (
    REFERENCES,
    STREAMS,
    Entity,
    EventSource,
    EventType,
    MappingIssue,
    Ticket,
    TicketEvent,
    Words,
)
from servicedesk_core.domain.folding import FINAL, INITIAL
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped, VocabularyMapping

Means = Callable[[Mapping[str, Any]], Mapped]
"""Takes the raw payload of a row; raises :class:`MappingError` for one that cannot be understood."""

_EVENT_REFERENCES = {"actor_ref": "technicians"}
_NAMED_BY = {
    stream: "last_name" if stream == "contacts" else "title" if stream == "tasks" else "name"
    for stream in (
        "companies", "sites", "contacts", "technicians", "roles", "queues", "products",
        "contracts", "billing_codes", "assets", "projects", "tasks",
    )
}  # fmt: skip
"""Streams whose records a row may state by the way, and the field that takes the name."""


def meaning_of(mapping: FileMapping, vocabulary: VocabularyMapping) -> Means:
    """Compile a mapping.

    Args:
        mapping: The declaration.
        vocabulary: The operator's words for status, priority and queue, where the declaration has none.
    """
    return _event_meaning(mapping, vocabulary) if mapping.layout == "event" else _record_meaning(mapping, vocabulary)


def readers_of(
    rules: Mapping[str, ColumnRule], entity: type[Entity], mapping: FileMapping, vocabulary: VocabularyMapping
) -> dict[str, Read]:
    """Compile the rules of some fields.

    Args:
        rules: By field of the entity.
        entity: Whose fields.
        mapping: The declaration.
        vocabulary: The operator's words.
    """
    return {
        field: value_reader(rule, mapping, field, field_type(entity, field), words=_words(field, vocabulary))
        for field, rule in rules.items()
    }


def _words(field: str, vocabulary: VocabularyMapping) -> Mapping[str, Enum] | None:
    words: dict[str, Mapping[str, Enum]] = {
        "status_category": vocabulary.status,
        "priority": vocabulary.priority,
        "visibility": vocabulary.note_visibility,
    }
    return words.get(field)


def _translated(fields: dict[str, Any], vocabulary: VocabularyMapping) -> None:
    """Fill category and priority from the operator's vocabulary, where only the vendor's word was read."""
    for word, meaning, words in (
        ("status", "status_category", vocabulary.status),
        ("priority_name", "priority", vocabulary.priority),
    ):
        if words and meaning not in fields and fields.get(word) in words:
            fields[meaning] = words[fields[word]]


def _note_unmapped(fields: Mapping[str, Any], issues: list[MappingIssue]) -> None:
    """Note the vendor's words that say nothing to the desk, each once for a row."""
    for word, meaning in (("status", "status_category"), ("priority_name", "priority")):
        kind = f"unmapped_{meaning.removesuffix('_category')}"
        if word in fields and meaning not in fields and all(issue.kind != kind for issue in issues):
            issues.append(MappingIssue(kind=kind, field=word, value=fields[word]))


def _refuse_problem(raw: Mapping[str, Any]) -> Cells:
    if problem := raw.get("problem"):
        raise MappingError(
            f"The row cannot be used: {problem}.", hint="Correct the file or the mapping; other rows are not affected."
        )
    cells = raw.get("row")
    if not isinstance(cells, Mapping) or "key" not in raw:
        raise MappingError("This is no row of a file.")
    return cells


def _record_meaning(mapping: FileMapping, vocabulary: VocabularyMapping) -> Means:
    entity = STREAMS[mapping.stream]
    readers = readers_of(mapping.columns, entity, mapping, vocabulary)
    custom = {label: text_reader(rule, mapping) for label, rule in mapping.custom_fields.items()}
    named = _Named(mapping, {**REFERENCES[mapping.stream]}, mapping.columns)

    def means(raw: Mapping[str, Any]) -> Mapped:
        cells = _refuse_problem(raw)
        issues: list[MappingIssue] = []
        fields = {field: value for field, read in readers.items() if (value := read(cells, issues)) is not None}
        if custom:
            fields["custom_fields"] = {label: read(cells) for label, read in custom.items()}
        if entity is Ticket:
            _translated(fields, vocabulary)
            _note_unmapped(fields, issues)
        try:
            record = entity(**fields)
        except ValidationError as error:
            raise _not_understood(error) from None
        return Mapped(record, named(cells), tuple(issues))

    return means


def _event_meaning(mapping: FileMapping, vocabulary: VocabularyMapping) -> Means:
    takes: dict[str, dict[str, Read]] = {"last": {}, "first": {}, "final": {}}
    for field, read in readers_of(mapping.ticket, Ticket, mapping, vocabulary).items():
        takes[mapping.ticket[field].take or mapping.attributes][field] = read
    ended = {
        take: {field: none_reader(mapping.ticket[field]) for field in fields if mapping.ticket[field].none}
        for take, fields in takes.items()
    }
    custom: dict[str, dict[str, Callable[[Cells], str | None]]] = {"last": {}, "first": {}, "final": {}}
    for label, rule in mapping.custom_fields.items():
        custom[rule.take or mapping.attributes][label] = text_reader(rule, mapping)
    of_event = readers_of(
        {
            field: rule
            for field, rule in mapping.columns.items()
            if field not in {"external_id", "source", "effective_at", "ticket_ref"}
        },
        TicketEvent,
        mapping,
        vocabulary,
    )
    effective_at = instant_reader(mapping.columns["effective_at"], mapping, "effective_at")
    ticket_ref = name_reader(mapping.columns["ticket_ref"], mapping)
    references = {field: REFERENCES["tickets"][field] for field in mapping.ticket if field in REFERENCES["tickets"]}
    named = _Named(mapping, {**references, **_EVENT_REFERENCES}, {**mapping.ticket, **mapping.columns})
    words = Words(mapping.words)

    groups = [(group, take) for group, take in ((INITIAL, "first"), (FINAL, "final")) if takes[take] or custom[take]]

    def stated(take: str, cells: Cells, issues: list[MappingIssue]) -> dict[str, Any]:
        found = {field: value for field, read in takes[take].items() if (value := read(cells, issues)) is not None}
        _translated(found, vocabulary)
        stated = {field: value if type(value) is str else _as_json(value) for field, value in found.items()}
        stated |= {field: None for field, is_none in ended[take].items() if is_none(cells)}
        if custom[take] and (
            labels := {label: text for label, read in custom[take].items() if (text := read(cells)) is not None}
        ):
            stated["custom_fields"] = labels
        return stated

    def means(raw: Mapping[str, Any]) -> Mapped:
        cells = _refuse_problem(raw)
        issues: list[MappingIssue] = []
        try:
            at = effective_at(cells)
        except UnreadableValueError as error:
            raise MappingError(f"The row cannot be used: {error}.", hint="Correct the file or the mapping.") from None
        fields = {field: value for field, read in of_event.items() if (value := read(cells, issues)) is not None}
        after = stated("last", cells, issues)
        for group, take in groups:
            if values := stated(take, cells, issues):
                _note_unmapped(values, issues)
                after[group] = values
        kind = _apply_word(words, fields.get("vendor_word"), after, issues)
        _note_unmapped(after, issues)
        fields.setdefault("type", kind)
        fields.setdefault("source_seq", raw.get("seq", 0))
        try:
            event = TicketEvent(
                external_id=raw["key"],
                ticket_ref=ticket_ref(cells) or "",
                source=EventSource.IMPORTED,
                effective_at=at,
                before={},
                after=after,
                **fields,
            )
        except ValidationError as error:
            raise _not_understood(error) from None
        return Mapped(event, named(cells), tuple(issues))

    return means


def _apply_word(
    words: Mapping[str, WordMeaning], word: str | None, after: dict[str, Any], issues: list[MappingIssue]
) -> EventType:
    """Add what the step itself says to ``after``, and return the type of event."""
    meaning = words.get(word) if word is not None else None
    if meaning is None:
        states = "status" in after or "status_category" in after
        if word is not None and (words or not states):
            issues.append(MappingIssue(kind="unmapped_event", field="vendor_word", value=word))
        return EventType.STATUS_CHANGED if states and not words else EventType.ACTIVITY
    if meaning.status_category is not None:
        after["status_category"] = meaning.status_category.value
        after["status"] = meaning.status or word
    return meaning.event_type


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _not_understood(error: ValidationError) -> MappingError:
    fields = sorted({".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False)})
    return MappingError(
        f"The row cannot be used: {', '.join(fields)} missing or not of the right form.",
        hint="Correct the file or the mapping.",
    )


class _Named:
    """Finds the records that a row states by the way: the technician, company, queue … that it names."""

    def __init__(self, mapping: FileMapping, references: Mapping[str, str], rules: Mapping[str, ColumnRule]) -> None:
        self._finders = [
            (
                references[field],
                name_reader(rule, mapping),
                text_reader(ColumnRule(column=rule.name) if rule.name else rule, mapping),
            )
            for field, rule in rules.items()
            if references.get(field) in _NAMED_BY
            and not field.endswith("_refs")
            and references[field] != mapping.stream
        ]

    def __call__(self, cells: Cells) -> tuple[Entity, ...]:
        found: dict[tuple[str, str], Entity] = {}
        for stream, ref_of, name_of in self._finders:
            ref = ref_of(cells)
            if ref is not None and (stream, ref) not in found:
                found[stream, ref] = _named(stream, ref, name_of(cells) or ref)
        return tuple(found.values())


@lru_cache(maxsize=16_384)
def _named(stream: str, ref: str, name: str) -> Entity:
    fields: dict[str, Any] = {"external_id": ref, _NAMED_BY[stream]: name}
    try:
        return STREAMS[stream](**fields)
    except ValidationError:
        raise MappingError(f"The row names one of {stream} by a text that cannot be an id.") from None
