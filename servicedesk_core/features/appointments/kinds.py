"""The kind of definition that says what an appointment shows in a technician's own calendar."""

from string import Formatter
from typing import Any, Final

from pydantic import Field, field_validator

from servicedesk_core.domain import Model
from servicedesk_core.faces import DefinitionKind

_WORDS: Final = ("ticket", "client", "title")
_LONGEST: Final = 255


class CalendarEvents(Model):
    """What others read who see a technician's calendar."""

    summary: str = Field(
        default="Appointment {ticket}",
        min_length=1,
        description="Title of an event, with {ticket} (its number), {client} and {title} where they are wanted.",
    )

    @field_validator("summary")
    @classmethod
    def _knows_its_words(cls, value: str) -> str:
        try:
            parts = [*Formatter().parse(value)]
        except ValueError as error:
            msg = f"has a brace too many or too few: {error}"
            raise ValueError(msg) from None
        for _, word, said, conversion in parts:
            if word is not None and (word not in _WORDS or said or conversion):
                known = ", ".join(f"{{{one}}}" for one in _WORDS)
                msg = f"{{{word}}} is none of {known}"
                raise ValueError(msg)
        return value

    def title(self, *, ticket: str | None, client: str | None, title: str | None) -> str:
        """Return the title of the event of an appointment, as one line."""
        text = self.summary.format(ticket=ticket or "", client=client or "", title=title or "")
        return " ".join(text.split())[:_LONGEST].strip() or "Appointment"


EVENTS: Final = DefinitionKind("calendar_events", "rule for events in calendars", CalendarEvents, many=False)
"""``[calendar_events]``; without one an event shows the number of its ticket, and no client."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (EVENTS,)
