"""What the configuration says about the listener that programs ask: ``[api]``."""

from pydantic import Field

from servicedesk_core.config.listening import Listener
from servicedesk_core.config.operating import Listen


class ApiSection(Listener):
    """Where programs ask for documents: ``[api]``. Whoever asks shows a token."""

    listen: Listen = Field(
        default="127.0.0.1:9188", description="Where `servicedesk api` listens; port 0 takes a free one."
    )
    per_minute: int = Field(
        default=600, ge=1, le=100_000, description="How many requests of one token are answered in a minute."
    )
