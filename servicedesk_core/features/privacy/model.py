"""What is held of a person, and what became of a request to be forgotten."""

from dataclasses import dataclass
from typing import Annotated, Any

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class Found:
    """A place that names a person."""

    connection: Annotated[str, Column("The connection.")]
    where: Annotated[str, Column("Stream or table.")]
    id: Annotated[str, Column("The vendor's id of the record, or the number of the row.")]
    content: Annotated[Any, Column("What is there.")]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything that the desk holds of a person."""

    connections: Annotated[tuple[str, ...], Column("Connections in which they are a contact or technician.")]
    found: Annotated[tuple[Found, ...], Column("Where they are named.")]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of a request to be forgotten."""

    connections: Annotated[tuple[str, ...], Column("Connections in which they were a contact or technician.")]
    rows: Annotated[int, Column("Rows that were deleted or rewritten.")]
    compacted: Annotated[
        bool, Column("Whether the file was written anew, so that no old version of a row is left in it.")
    ]
    copies: Annotated[
        tuple[str, ...], Column("Backups and other files that the desk wrote itself, which may still hold them.")
    ]
    deleted: Annotated[tuple[str, ...], Column("Such files that were deleted.")] = ()
