"""One export: which files hold what they should, and the others written anew."""

import hashlib
from datetime import datetime
from typing import Final, NamedTuple

import orjson

from servicedesk_core.features.analytics import tables
from servicedesk_core.features.analytics.folder import Folder
from servicedesk_core.features.analytics.model import Manifest, Table
from servicedesk_core.features.analytics.writing import ParquetWriter
from servicedesk_core.store import Tx, changes

_CHUNK_ROWS: Final = 1_000


class Written(NamedTuple):
    """What was written.

    Attributes:
        manifest: What the folder is to hold.
        files: How many files are new.
    """

    manifest: Manifest
    files: int


def write(tx: Tx, folder: Folder, *, at: datetime, with_costs: bool, with_absences: bool) -> Written:
    """Write what a folder does not hold yet, and leave all that it holds where it is.

    Args:
        tx: A read transaction: everything is from one instant.
        folder: Where to.
        at: The present instant.
        with_costs: Whether what work and goods cost is written.
        with_absences: Whether it is written when people are away.
    """
    held = folder.manifest()
    known = {} if held is None else {one.path: one for table in held.tables.values() for one in table.files}
    found, new = {}, 0
    with ParquetWriter() as writer:
        for table in tables.exportable(with_costs=with_costs, with_absences=with_absences):
            columns = tuple(one.column for one in table.shown)
            how = orjson.dumps([with_costs, [one.model_dump() for one in columns]])
            files = []
            for part in list(tables.parts(tx, table)) or [0]:  # a table without rows has its columns all the same
                made_of = hashlib.sha256(how + b"\n" + tables.told(tx, table, part).encode()).hexdigest()
                path = folder.place(table.name, part, made_of)
                file = known.get(folder.name_of(path))
                if file is None or file.made_of != made_of or not folder.holds(file):
                    query = tables.rows_of(table, part)
                    with tx.execution_options(yield_per=_CHUNK_ROWS).execute(query) as found_rows:
                        file = folder.settle(path, writer.write(path, columns, found_rows.partitions()), made_of)
                    new += 1
                files.append(file)
            found[table.name] = Table(meaning=table.meaning, columns=columns, files=tuple(files))
    return Written(Manifest(at=at, position=changes.head(tx), tables=found), new)
