"""Why promises are missed: a fixed list, so that it can be counted."""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import Model
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces.definition import DefinitionKind


class MissedReason(Model):
    """Why a promise can be missed."""

    name: Annotated[str, Field(min_length=1)]
    about: str = Field(default="", description="When it is the reason.")


MISSED_REASONS: Final = DefinitionKind("missed_reasons", "missed-clock reason", MissedReason)
"""Why promises are missed: ``[missed_reasons.NAME]``."""

SHIPPED: Final = (
    MissedReason(name="capacity", about="There was more work than people to do it."),
    MissedReason(name="overlooked", about="Nobody saw in time that it was due."),
    MissedReason(name="misplaced", about="It was in the wrong queue, or had the wrong priority or type."),
    MissedReason(name="skill", about="Nobody who could do it was there."),
    MissedReason(name="hand-over", about="Time was lost when it went from one to another."),
    MissedReason(name="incident", about="Something more urgent came first, such as a major incident."),
    MissedReason(name="client", about="We waited for the client, and the status did not say so."),
    MissedReason(name="vendor", about="We waited for a vendor or somebody else outside."),
    MissedReason(name="parts", about="We waited for parts or goods."),
    MissedReason(name="recorded-late", about="It was done in time, and recorded later."),
    MissedReason(name="target", about="What was promised could not be kept."),
    MissedReason(name="other", about="Something else; the note says what."),
)
"""The list that holds until one is applied."""


def known_reason(word: str, listed: Iterable[MissedReason]) -> str:
    """Return the reason of a list that somebody means.

    Raises:
        SettingsError: There is no such reason; says which there are.
    """
    names = {one.name.casefold(): one.name for one in listed}
    found = names.get(word.strip().casefold())
    if found is None:
        hint = f"There are: {', '.join(names.values())}. They are definitions: [missed_reasons.NAME]."
        raise SettingsError(f'There is no reason "{word}".{did_you_mean(word, names.values())}', hint=hint)
    return found
