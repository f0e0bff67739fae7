"""What a service manager decides about messages to clients: the texts, and who tells what."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind, Refers
from servicedesk_core.features.messages.triggers import Trigger

LONGEST_SUBJECT: Final = 150
LONGEST_TEXT: Final = 20_000
LONGEST_HTML: Final = 100_000

_Word = Annotated[str, Field(min_length=1)]


class Template(Model):
    """The words of a message to a client."""

    name: _Word
    triggers: Annotated[tuple[Trigger, ...], Field(min_length=1)] = Field(
        description="What it tells of: received, assigned, scheduled, reminder, waiting, delayed, resolved, reopened."
    )
    clients: tuple[_Word, ...] = Field(default=(), description="Only for these clients, by name or id; empty = all.")
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] | None = Field(
        default=None, description="In which language it is, such as de or fr-CH; nothing = for whoever has no own one."
    )
    subject: Annotated[str, Field(min_length=1, max_length=LONGEST_SUBJECT)] = Field(
        description="One line; the number of the ticket is put before it."
    )
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)] = Field(description="What it says.")
    html: Annotated[str, Field(min_length=1, max_length=LONGEST_HTML)] | None = Field(
        default=None, description="The same as HTML; values are escaped in it. Nothing = as text alone."
    )
    effective_from: Instant | None = Field(default=None, description="From when on it holds; nothing = since ever.")

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        from servicedesk_core.features.messages.rendering import faults  # noqa: PLC0415  # few commands read any

        if "\n" in self.subject.strip():
            msg = "subject: it is one line"
            raise ValueError(msg)
        if fault := next(faults(self), None):
            raise ValueError(fault)
        return self


class Tells(StrEnum):
    """Who tells the client."""

    DESK = "desk"
    PSA = "psa"


class By(StrEnum):
    """By which way the desk tells them."""

    MAIL = "mail"
    NOTE = "note"
    """A note on the ticket that they may read; whether the PSA mails it to them is the PSA's business."""


class TriggerRule(Model):
    """Who tells clients of something."""

    name: Trigger = Field(description="Of what.")
    told_by: Tells | None = Field(
        default=None,
        description="desk: messages of this desk; psa: its workflow rules, and the desk says nothing. Nothing = nobody "
        "chose, so the PSA may tell it too: then messages wait for a person, whatever was approved.",
    )
    by: By = Field(default=By.MAIL, description="mail, or note: a public note on the ticket.")
    effective_from: Instant | None = Field(default=None, description="From when on it holds; nothing = since ever.")


def _no_such(one: TriggerRule, _features: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    if one.told_by is Tells.PSA and one.by is By.NOTE:
        yield ("by",), "the PSA tells it in its own way; leave out by"


TEMPLATES: Final = DefinitionKind(
    "message_templates", "message template", Template, records={"clients": Refers("companies")}
)
"""The words: ``[message_templates.NAME]``."""

RULES: Final = DefinitionKind("message_triggers", "rule of who tells clients", TriggerRule, check=_no_such)
"""Who tells what: ``[message_triggers.resolved]``; what is not there is told by nobody here."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (TEMPLATES, RULES)
