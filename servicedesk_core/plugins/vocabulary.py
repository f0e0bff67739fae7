"""A tenant's own words, and what they probably mean here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from servicedesk_core.domain.proposals import PROPOSERS
from servicedesk_core.hooks.capabilities import FieldInfo

WORDS: dict[str, tuple[str, str]] = {
    "status": ("tickets", "status_category"),
    "priority": ("tickets", "priority"),
    "queue": ("tickets", "queue_ref"),
    "appointment_status": ("appointments", "state"),
    "project_status": ("projects", "state"),
    "note_visibility": ("notes", "visibility"),
}
"""Table of the mapping, to the stream and the domain field whose words it translates."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A tenant's own words, with what they probably mean.

    Attributes:
        tables: By table of the mapping, label to meaning; ``None`` = nobody knows.
    """

    tables: Mapping[str, Mapping[str, StrEnum | None]] = field(default_factory=dict)

    @property
    def unknown(self) -> list[tuple[str, str]]:
        """Words without a meaning, as (table, label)."""
        return [
            (table, label) for table, words in self.tables.items() for label, meaning in words.items() if not meaning
        ]

    def decided(self, answers: Mapping[tuple[str, str], StrEnum]) -> "Vocabulary":
        """Return the vocabulary with a person's decisions.

        Args:
            answers: (table, label) to meaning.
        """
        return Vocabulary(
            {
                table: {label: answers.get((table, label), meaning) for label, meaning in words.items()}
                for table, words in self.tables.items()
            }
        )


def vocabulary(fields: Mapping[str, tuple[FieldInfo, ...]]) -> Vocabulary:
    """Propose what a tenant's words mean.

    Args:
        fields: By stream, what the connector says about the vendor's fields.
    """
    tables: dict[str, dict[str, StrEnum | None]] = {}
    for table, (stream, target) in WORDS.items():
        labels = [
            value.label
            for info in fields.get(stream, ())
            if info.maps_to == target
            for value in info.values
            if value.is_active and value.label
        ]
        if labels:
            tables[table] = {label: PROPOSERS[table](label) for label in labels}
    return Vocabulary(tables)
