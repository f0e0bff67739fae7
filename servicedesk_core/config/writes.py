"""What ``servicedesk.toml`` says about sending: ``[writes]``."""

from pydantic import Field

from servicedesk_core.domain import Model


class WritesSection(Model):
    """When sending stops and asks, and how much is sent at once: ``[writes]``."""

    stop_after: int = Field(
        default=20, ge=1, le=100_000, description="So many writes over one connection in `minutes` stop sending."
    )
    minutes: int = Field(default=10, ge=1, le=1_440, description="The span in which writes are counted.")
    parallel: int = Field(
        default=4, ge=1, le=32, description="How many writes may be under way at once; never two of one ticket."
    )
