"""The kind of definitions that says who is on call."""

from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.features.definitions import CALENDARS
from servicedesk_core.features.skills import TECHNICIANS

_Word = Annotated[str, Field(min_length=1)]


class Turn(Model):
    """Time that somebody takes, in place of whose turn it is."""

    starts: Instant = Field(description="From when on.")
    ends: Instant = Field(description="Until when.")
    primary: _Word | None = Field(default=None, description="Who is rung first; nothing = as it is otherwise.")
    secondary: _Word | None = Field(default=None, description="Who is rung next.")
    manager: _Word | None = Field(default=None, description="Who is rung last.")

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        if self.starts >= self.ends:
            msg = "ends must come after starts"
            raise ValueError(msg)
        if not (self.primary or self.secondary or self.manager):
            msg = "names nobody: say who is primary, secondary or manager then"
            raise ValueError(msg)
        return self


class OnCall(Model):
    """Who is rung, in turns."""

    name: _Word
    primary: tuple[_Word, ...] = Field(default=(), description="Who is rung first; several take turns.")
    secondary: tuple[_Word, ...] = Field(default=(), description="Who is rung next; several take turns.")
    manager: tuple[_Word, ...] = Field(default=(), description="Who is rung last; several take turns.")
    starts: Instant | None = Field(
        default=None, description="When the first of each begins, and at which time of day they take turns."
    )
    days: Annotated[int, Field(ge=1)] = Field(default=7, description="How many days a turn takes.")
    turns: tuple[Turn, ...] = Field(
        default=(), description="Single turns, in place of whose turn it is; the last holds."
    )
    outside: _Word | None = Field(
        default=None, description="Name of the calendar outside of whose hours somebody is on call; nothing = always."
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")

    @model_validator(mode="after")
    def _is_somebodys(self) -> Self:
        if not (self.primary or self.turns):
            msg = "nobody is primary: name them, or single turns"
            raise ValueError(msg)
        if self.starts is None and max(len(self.primary), len(self.secondary), len(self.manager)) > 1:
            msg = "several take turns: say when the first begins, starts = 2026-11-30T08:00:00"
            raise ValueError(msg)
        return self


class Override(Turn):
    """Who is on call for a time in place of whose turn it is, as an act has decided."""

    name: _Word
    list_name: _Word = Field(description="The on-call list.")


_PEOPLE: Final = dict.fromkeys(("primary", "secondary", "manager"), TECHNICIANS.name)

ON_CALL: Final = DefinitionKind("on_call", "on-call list", OnCall, names={"outside": CALENDARS.name, **_PEOPLE})
"""Who is rung: ``[on_call.NAME]``."""

OVERRIDES: Final = DefinitionKind(
    "on_call_overrides",
    "on-call override",
    Override,
    names={"list_name": ON_CALL.name, **_PEOPLE},
    by_act=True,
)
"""Who is on call in place of somebody else: ``servicedesk oncall override`` decides it."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (ON_CALL, OVERRIDES)
