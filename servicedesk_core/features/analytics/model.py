"""What an export wrote, and the manifest that says what a folder holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict

from servicedesk_core.faces import Column

SCHEMA: Final = "servicedesk.parquet/1"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    folder: Annotated[str, Column("The folder.")]
    tables: Annotated[int, Column("Tables in it.")]
    rows: Annotated[int, Column("Rows in all of them.")]
    files: Annotated[int, Column("Files that hold them.")]
    written: Annotated[int, Column("Files that were written now; the others held what they should.")]
    position: Annotated[int, Column("Up to which entry of the changes feed the folder tells.", "Feed position")]


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True)


class ColumnOf(_Stated):
    """A column of a table.

    Attributes:
        name: Its name.
        type: Its type, in the words of DuckDB.
        meaning: What it says.
    """

    name: str
    type: str
    meaning: str


class File(_Stated):
    """A file of a table: the rows whose number lies in one range.

    Attributes:
        path: Where it is, from the folder on.
        rows: How many it holds.
        bytes: How long it is.
        sha256: Digest of the file.
        made_of: Digest of the rows that it was made of, and of how.
    """

    path: str
    rows: int
    bytes: int
    sha256: str
    made_of: str


class Table(_Stated):
    """A table.

    Attributes:
        meaning: What a row is.
        columns: Its columns, in order.
        files: Its files; together they are the table.
    """

    meaning: str
    columns: tuple[ColumnOf, ...]
    files: tuple[File, ...]


class Manifest(_Stated):
    """What a folder holds, all of it from one instant of the store.

    Attributes:
        schema_version: How to read it.
        at: When the store was read.
        position: The newest entry of the changes feed then.
        tables: Its tables by name.
    """

    schema_version: Literal["servicedesk.parquet/1"] = SCHEMA
    at: datetime
    position: int
    tables: dict[str, Table]
