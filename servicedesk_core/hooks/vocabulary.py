"""What an operator says about the tenant's own words."""

from typing import Annotated

from pydantic import AfterValidator, Field

from servicedesk_core.domain import Model, NoteVisibility, Priority, QueueKind, StatusCategory, Words


class VocabularyMapping(Model):
    """The operator's translation of a tenant's own words, by the vendor's label.

    It stands in ``[connections.NAME.mapping]`` and is proposed by ``servicedesk init`` from the tenant's own lists.

    Attributes:
        status: What each ticket status means.
        priority: How urgent each priority is; ``P1`` is the most urgent.
        queue: What each queue is for.
        note_visibility: Who may read notes of each kind; what is not said to be public is internal.
    """

    status: Annotated[dict[str, StatusCategory], AfterValidator(Words)] = Field(default_factory=dict)
    priority: Annotated[dict[str, Priority], AfterValidator(Words)] = Field(default_factory=dict)
    queue: Annotated[dict[str, QueueKind], AfterValidator(Words)] = Field(default_factory=dict)
    note_visibility: Annotated[dict[str, NoteVisibility], AfterValidator(Words)] = Field(default_factory=dict)
