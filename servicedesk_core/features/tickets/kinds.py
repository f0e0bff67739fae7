"""The kind of definition by which resolved tickets end."""

from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind


class Closing(Model):
    """How long a client can have a resolved ticket opened again before it is closed."""

    after_days: Annotated[int, Field(ge=1, le=60)] = Field(
        default=5, description="So many days after it was resolved, unless the client writes again."
    )
    effective_from: Instant | None = Field(default=None, description="From when on it holds; nothing = since ever.")


CLOSING: Final = DefinitionKind("closing", "rule for closing", Closing, many=False)
"""When resolved tickets are closed: ``[closing]``; without one nothing is."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (CLOSING,)
