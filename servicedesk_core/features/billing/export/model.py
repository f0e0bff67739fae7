"""What was exported."""

from dataclasses import dataclass
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class BillingExported:
    """What was written into a folder."""

    folder: Annotated[str, Column("The folder.")]
    files: Annotated[tuple[str, ...], Column("The files in it.")]
    documents: Annotated[int, Column("How many documents they hold.")]
    lines: Annotated[int, Column("How many lines.")]
    left: Annotated[
        int, Column("How many records are on none of them; `billing exceptions` lists them.", "On none of them")
    ]
