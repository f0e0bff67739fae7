"""What an operator says about the tenant's own words."""

from typing import Annotated, cast

from pydantic import AfterValidator, Field

from servicedesk_core.domain import (
    AppointmentState,
    Model,
    NoteVisibility,
    Priority,
    ProjectState,
    QueueKind,
    StatusCategory,
    Words,
)


class VocabularyMapping(Model):
    """The operator's translation of a tenant's own words, by the vendor's label.

    It stands in ``[connections.NAME.mapping]`` and is proposed by ``servicedesk init`` from the tenant's own lists.
    Where equal words mean different things on two boards, for two types or under two agreements, ``"Board/Word"``
    stands for one of them; a connector whose vendor has such words asks by :meth:`status_of` and its like.

    Attributes:
        status: What each ticket status means.
        priority: How urgent each priority is; ``P1`` is the most urgent.
        queue: What each queue is for.
        appointment_status: What each status of an appointment means.
        project_status: What each status of a project means.
        note_visibility: Who may read notes of each kind; what is not said to be public is internal.
    """

    status: Annotated[dict[str, StatusCategory], AfterValidator(Words)] = Field(default_factory=lambda: Words({}))
    priority: Annotated[dict[str, Priority], AfterValidator(Words)] = Field(default_factory=lambda: Words({}))
    queue: Annotated[dict[str, QueueKind], AfterValidator(Words)] = Field(default_factory=lambda: Words({}))
    appointment_status: Annotated[dict[str, AppointmentState], AfterValidator(Words)] = Field(
        default_factory=lambda: Words({})
    )
    project_status: Annotated[dict[str, ProjectState], AfterValidator(Words)] = Field(default_factory=lambda: Words({}))
    note_visibility: Annotated[dict[str, NoteVisibility], AfterValidator(Words)] = Field(
        default_factory=lambda: Words({})
    )

    def status_of(self, word: str, *, within: str | None = None) -> StatusCategory | None:
        """Return what a status means, of the board or type that it belongs to; ``None`` = nobody said."""
        return cast("Words[StatusCategory]", self.status).within(within, word)

    def priority_of(self, word: str, *, within: str | None = None) -> Priority | None:
        """Return how urgent a priority is, of the agreement that it belongs to; ``None`` = nobody said."""
        return cast("Words[Priority]", self.priority).within(within, word)
