"""Templates, who tells what, and messages, as lists show them."""

from dataclasses import dataclass
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.features.messages.kinds import By, Tells
from servicedesk_core.features.messages.triggers import Trigger
from servicedesk_core.features.standing import ActMode


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template."""

    name: Annotated[str, Column("Its name.", leads="messages.preview")]
    triggers: Annotated[tuple[Trigger, ...], Column("What it tells of.", wraps=True)]
    clients: Annotated[tuple[str, ...], Column("Only for these clients; nothing = for all.", wraps=True)]
    language: Annotated[str | None, Column("In which language it is.")]
    subject: Annotated[str, Column("Its subject, as it is written.", wraps=True, spare=1)]
    has_html: Annotated[bool, Column("Whether it is there as HTML too.", "HTML", spare=2)]
    version: Annotated[int, Column("Version of the definitions that changed it last.", spare=3)]


@dataclass(frozen=True, slots=True)
class Told:
    """Who tells clients of something."""

    trigger: Annotated[Trigger, Column("Of what.")]
    about: Annotated[str, Column("What has happened to the ticket.", wraps=True, spare=2)]
    told_by: Annotated[Tells | None, Column("Who tells it; nothing = nobody chose.", "Told by")]
    by: Annotated[By | None, Column("By which way the desk does; nothing = it does not.", "By", spare=1)]
    mode: Annotated[ActMode, Column("Whether the desk does it by itself.")]
    templates: Annotated[int, Column("How many templates there are for it.")]
    both: Annotated[bool, Column("Whether desk and PSA may both tell it.", "Both")]
    lacks: Annotated[tuple[str, ...], Column("What is to be done before it is told, or told by itself.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as a client would read it, of a sample."""

    trigger: Annotated[Trigger, Column("What it tells of.")]
    template: Annotated[str, Column("Name of the template.", shown=False)]
    subject: Annotated[str, Column("Its subject.", wraps=True)]
    text: Annotated[str, Column("What it says.", wraps=True)]
    html: Annotated[str, Column("The same as HTML; empty = there is none.", shown=False)]
