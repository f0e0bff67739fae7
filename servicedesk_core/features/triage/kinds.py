"""What a service manager decides about triage: how urgent a ticket is, and what is asked before work begins."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from servicedesk_core.domain import Model, Priority, TicketKind
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind

_Word = Annotated[str, Field(min_length=1)]


class Level(StrEnum):
    """How much of something there is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


Matrix = Mapping[Level, Mapping[Level, Priority]]
"""Priority by impact, and by urgency."""

USUAL: Final[Matrix] = {
    Level.HIGH: {Level.HIGH: Priority.P1, Level.MEDIUM: Priority.P2, Level.LOW: Priority.P3},
    Level.MEDIUM: {Level.HIGH: Priority.P2, Level.MEDIUM: Priority.P3, Level.LOW: Priority.P4},
    Level.LOW: {Level.HIGH: Priority.P3, Level.MEDIUM: Priority.P4, Level.LOW: Priority.P5},
}
"""The matrix of a desk that defined none."""


class TriageRules(Model):
    """How urgent a ticket is, by how much it harms and how soon it has to be dealt with."""

    matrix: Matrix = Field(
        default=USUAL, description="Priority by impact, then by urgency; both are high, medium or low."
    )
    effective_from: Instant | None = Field(default=None, description="From when on it holds; nothing = since ever.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        lacking = [f"{one}.{other}" for one in Level for other in Level if other not in self.matrix.get(one, {})]
        if lacking:
            msg = f"says nothing of {', '.join(lacking)}: impact first, then urgency"
            raise ValueError(msg)
        return self


class Intake(Model):
    """What is asked about tickets of some sort before work on them begins.

    A ticket is of the sort when each of ``kind``, ``category``, ``issue`` and ``sub_issue`` that is said has its word.
    """

    name: _Word
    kind: tuple[TicketKind, ...] = Field(default=(), description="Kinds of tickets; nothing = any.")
    category: tuple[_Word, ...] = Field(default=(), description="The vendor's ticket categories; nothing = any.")
    issue: tuple[_Word, ...] = Field(default=(), description="Issues, in the vendor's words; nothing = any.")
    sub_issue: tuple[_Word, ...] = Field(default=(), description="Sub-issues, in the vendor's words; nothing = any.")
    questions: Annotated[Mapping[_Word, _Word], Field(min_length=1)] = Field(
        description="Each question under a short name, by which its answer is given."
    )
    effective_from: Instant | None = Field(default=None, description="From when on it holds; nothing = since ever.")

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        if odd := [key for key in self.questions if not key.replace("-", "").replace("_", "").isalnum()]:
            msg = f"questions.{odd[0]}: a name has letters, digits, hyphens"
            raise ValueError(msg)
        if any("\n" in text for text in self.questions.values()):
            msg = "a question is one line"
            raise ValueError(msg)
        return self


TRIAGE: Final = DefinitionKind("triage", "set of triage rules", TriageRules, many=False)
"""How urgent what is: ``[triage]``."""

INTAKE: Final = DefinitionKind("intake", "set of intake questions", Intake)
"""What is asked: ``[intake.NAME]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (TRIAGE, INTAKE)
