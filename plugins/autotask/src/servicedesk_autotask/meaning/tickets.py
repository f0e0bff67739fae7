"""Tickets and notes: the words that the desk works with."""

from typing import Any

from servicedesk_autotask.meaning import shapes, values
from servicedesk_autotask.meaning.lists import TenantLists
from servicedesk_autotask.meaning.reader import Reader
from servicedesk_autotask.meaning.values import Issues, Raw, UnusableValueError
from servicedesk_autotask.meaning.vocabulary import (
    KIND_BY_ID,
    PRIORITY_BY_LABEL,
    STATUS_BY_ID,
    STATUS_BY_LABEL,
    SYSTEM_NOTE_TYPES,
    SYSTEM_RESOURCE,
    VISIBILITY_BY_ID,
    fold,
    meaning_of,
)
from servicedesk_core.domain import (
    DONE,
    ActorType,
    EventSource,
    EventType,
    MappingIssue,
    Note,
    NoteVisibility,
    Priority,
    StatusCategory,
    Ticket,
    TicketEvent,
    TicketKind,
)
from servicedesk_core.hooks import Mapped, VocabularyMapping, unmarked


class TicketWords:
    """The tenant's words for status, priority and queue with their meaning.

    Args:
        lists: The tenant's lists.
        vocabulary: The operator's mapping.
    """

    def __init__(self, lists: TenantLists, vocabulary: VocabularyMapping) -> None:
        chosen_status = {fold(word): category for word, category in vocabulary.status.items()}
        chosen_priority = {fold(word): priority for word, priority in vocabulary.priority.items()}
        self.status: dict[Any, tuple[str, StatusCategory | None]] = both_types(
            {
                value: (label, meaning_of(label, value, chosen_status, STATUS_BY_LABEL, STATUS_BY_ID))
                for value, label in lists.labels("Tickets", "status").items()
            }
        )
        self.priority: dict[Any, tuple[str, Priority | None]] = both_types(
            {
                value: (label, meaning_of(label, value, chosen_priority, PRIORITY_BY_LABEL))
                for value, label in lists.labels("Tickets", "priority").items()
            }
        )
        self.status_by_label = {fold(label): (label, category) for label, category in self.status.values()}
        self.priority_by_label = {fold(label): (label, priority) for label, priority in self.priority.values()}
        self.queue_by_label = {fold(label): value for value, label in lists.labels("Tickets", "queueID").items()}

    @property
    def done_statuses(self) -> tuple[int, ...]:
        """Ids of the statuses that end a ticket's open life; an unmapped status does not."""
        return tuple(
            sorted(value for value, (_, category) in self.status.items() if type(value) is int and category in DONE)
        )

    def status_of(self, value: Any, issues: Issues) -> tuple[str | None, StatusCategory | None]:
        """Return word and category of a status."""
        known = self.status.get(value)
        if known is not None:
            if known[1] is None:
                issues.append(MappingIssue(kind="unmapped_status", field="status", value=known[0]))
            return known
        word = values.ref(value)
        category = STATUS_BY_ID.get(word or "")
        if word is None:
            issues.append(MappingIssue(kind="unmapped_status", field="status", value="none"))
        elif self.status:
            issues.append(MappingIssue(kind="unknown_picklist_value", field="status", value=word))
        elif category is None:
            issues.append(MappingIssue(kind="unmapped_status", field="status", value=word))
        return word, category

    def priority_of(self, value: Any, issues: Issues) -> tuple[str | None, Priority | None]:
        """Return word and severity of a priority."""
        known = self.priority.get(value)
        if known is None:
            word = values.ref(value)
            if word is None:
                return None, None
            if self.priority:
                issues.append(MappingIssue(kind="unknown_picklist_value", field="priority", value=word))
                return word, None
            known = word, None
        if known[1] is None:
            issues.append(MappingIssue(kind="unmapped_priority", field="priority", value=known[0]))
        return known


class TicketMapping:
    """Maps a ticket.

    Args:
        lists: The tenant's lists.
        words: What its words mean.
    """

    def __init__(self, lists: TenantLists, words: TicketWords) -> None:
        self._read = Reader(shapes.TICKET, lists).read
        self._words = words
        # A status that has a meaning is looked up without a call: this runs for every ticket of a desk.
        self._status = {value: known for value, known in words.status.items() if known[1] is not None}
        self._priority = {value: known for value, known in words.priority.items() if known[1] is not None}
        self._kinds: dict[Any, TicketKind] = both_types(KIND_BY_ID)

    def __call__(self, raw: Raw) -> Mapped:
        """Return the ticket. Nothing is validated: each value was made in the type of its field."""
        issues: list[MappingIssue] = []
        fields = Ticket.blank()
        self._read(raw, issues, fields)
        number = raw.get("id")
        fields["external_id"] = str(number) if type(number) is int else _text_id(number)
        status, priority = raw.get("status"), raw.get("priority")
        known_status = self._status.get(status) or self._words.status_of(status, issues)
        known_priority = self._priority.get(priority) or self._words.priority_of(priority, issues)
        fields["status"], fields["status_category"] = known_status
        fields["priority_name"], fields["priority"] = known_priority
        fields["kind"] = self._kinds.get(raw.get("ticketType"))
        return Mapped(Ticket.trusted(fields), (), tuple(issues))


class Visibilities:
    """Who may read a note or a file, by its ``publish``. What is not known to be public is internal.

    Args:
        lists: The tenant's lists.
        vocabulary: The operator's mapping.
    """

    def __init__(self, lists: TenantLists, vocabulary: VocabularyMapping) -> None:
        chosen = {fold(word): visibility for word, visibility in vocabulary.note_visibility.items()}
        labels = lists.labels("TicketNotes", "publish")
        known = {value: meaning_of(label, value, chosen, {}, VISIBILITY_BY_ID) for value, label in labels.items()}
        self._known: dict[Any, NoteVisibility | None] = both_types({**VISIBILITY_BY_ID, **known})

    def of(self, raw: Raw, issues: Issues) -> NoteVisibility:
        """Return who may read what a row stands for."""
        publish = raw.get("publish")
        visibility = self._known.get(publish)
        if visibility is None and publish is not None:
            issues.append(MappingIssue(kind="unmapped_visibility", field="visibility", value=values.ref(publish) or ""))
        return visibility or NoteVisibility.INTERNAL


class NoteMapping:
    """Maps a note. What is not known to be public is internal.

    Args:
        lists: The tenant's lists.
        vocabulary: The operator's mapping.
    """

    def __init__(self, lists: TenantLists, vocabulary: VocabularyMapping) -> None:
        self._read = Reader(shapes.NOTE, lists).read
        self._visibility = Visibilities(lists, vocabulary)
        types = lists.labels("TicketNotes", "noteType")
        system = SYSTEM_NOTE_TYPES | {value for value, label in types.items() if fold(label).startswith("workflow")}
        self._system_types = frozenset(both_types(dict.fromkeys(system)))
        merged = (value for value, label in types.items() if fold(label).startswith("merged"))
        self._merged_types = frozenset(both_types(dict.fromkeys(merged)))

    def __call__(self, raw: Raw) -> Mapped:
        """Return the note."""
        issues: list[MappingIssue] = []
        fields: dict[str, Any] = {}
        self._read(raw, issues, fields)
        fields["external_id"] = _text_id(raw.get("id"))
        fields["visibility"] = self._visibility.of(raw, issues)
        contact, resource = values.ref(raw.get("createdByContactID")), values.ref(raw.get("creatorResourceID"))
        by_workflow = resource == SYSTEM_RESOURCE and contact is None
        fields["is_system"] = by_workflow or raw.get("noteType") in self._system_types
        if contact is not None:
            fields["author_type"], fields["author_ref"] = ActorType.CUSTOMER, contact
        elif resource is not None:
            fields["author_type"] = ActorType.SYSTEM if by_workflow else ActorType.TECHNICIAN
            fields["author_ref"] = resource
        if contact is None and isinstance(fields.get("body"), str):
            fields["body"] = unmarked(fields["body"])
        note = Note.model_validate(fields)
        merged = self._merge(note) if raw.get("noteType") in self._merged_types else None
        return Mapped(note, () if merged is None else (merged,), tuple(issues))

    @staticmethod
    def _merge(note: Note) -> TicketEvent | None:
        """Return what the note says that the vendor writes on a ticket when it goes up in another.

        The ticket itself only becomes complete, and that looks like a quick end of it. The other one gets a note of
        another type.
        """
        if note.created_at is None:
            return None
        return TicketEvent(
            external_id=f"merged:{note.external_id}",
            ticket_ref=note.ticket_ref,
            type=EventType.MERGED,
            source=EventSource.HISTORY,
            effective_at=note.created_at,
            actor_type=note.author_type,
            actor_ref=note.author_ref,
            vendor_word=note.kind,
        )


def both_types(table: dict[str, Any]) -> dict[Any, Any]:
    """Return a table by id as text and as number: records hold either."""
    return {**table, **{int(key): value for key, value in table.items() if key.lstrip("-").isdecimal()}}


def _text_id(value: Any) -> str:
    found = values.ref(value)
    if found is None or not found.lstrip("-").isdecimal():
        raise UnusableValueError("no usable id")
    return str(int(found))
