"""What ``servicedesk.toml`` says about sending: ``[writes]``."""

from typing import Literal

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
    approval: Literal["anybody", "another-person"] = Field(
        default="anybody",
        description='Who may approve a write: anybody who may, or, with four eyes, "another-person" than the one who '
        "proposed or edited it last.",
    )
