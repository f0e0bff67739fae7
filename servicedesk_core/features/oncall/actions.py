"""Taking in on-call lists of other programs."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel

from servicedesk_core.definitions.key import Key
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.definitions import FOLDER_HELP, DefiningDesk
from servicedesk_core.features.oncall.kinds import ON_CALL, OnCall
from servicedesk_core.features.oncall.queries import OnCallQueries
from servicedesk_core.features.oncall.rules import Line
from servicedesk_core.features.rota import Imported, Row, Rows, Taking


class OnCallActions(OnCallQueries[Manner]):
    """Who is on call, and taking that in."""

    desk: DefiningDesk

    @action(
        "oncall.import",
        about="What was taken in, or would be.",
        needs=Capability.DEFINITIONS_READ,
        unscoped="our own people belong to no client",
        page="servicedesk_core.features.rota.pages:imported",
    )
    async def import_file(
        self,
        file: Annotated[Path, Help("CSV with the columns kind, technician, starts, ends; or ICS.", name="FILE")],
        *,
        line: Annotated[Line, Help("In which place people are rung in rows that do not say it.")] = Line.PRIMARY,
        outside: Annotated[
            str | None, Help("Calendar outside of whose hours somebody is on call; else always.")
        ] = None,
        folder: Annotated[Path | None, FOLDER_HELP] = None,
        write: Annotated[bool, Help("Write the file; else only show what would change in it.")] = False,
    ) -> Imported:
        """Take turns on call from a file into a file of the folder of definitions; the list is called as the file.

        Without --write nothing is written: it shows what would change. Nothing holds before "definitions apply".

        Raises:
            DefinitionsError: Every row that is wrong, with its line and what would be right; nothing is written then.
            SettingsError: The file cannot be read.
        """
        taking = Taking(self.desk, folder, "on-call", write)
        make = partial(_made, zone=taking.zone, outside=outside)
        kinds = tuple(one.value for one in Line)
        return await self.desk.store.read(lambda tx: taking.file(tx, file, line.value, kinds, make))


def _made(
    found: Rows,
    who: Mapping[Row, str],
    others: Mapping[Key, BaseModel],
    stem: str,
    *,
    zone: tzinfo,
    outside: str | None,
) -> dict[Key, BaseModel]:
    key = Key(ON_CALL.name, stem)
    turns: list[dict[str, Any]] = []
    for row, name in sorted(who.items(), key=lambda one: one[0].line):
        starts, ends = _instants(row, zone)
        turns.append({"starts": starts, "ends": ends, row.kind: name})
    if key in others and turns:
        found.tell(1, f"{key} stands in another file already; rename this file, or take that list out.")
    return {key: OnCall.model_validate({"name": stem, "turns": turns, "outside": outside})} if turns else {}


def _instants(row: Row, zone: tzinfo) -> tuple[datetime, datetime]:
    if isinstance(row.starts, datetime) and isinstance(row.ends, datetime):
        return row.starts, row.ends
    after = row.ends + timedelta(days=1)
    return datetime.combine(row.starts, time(), zone), datetime.combine(after, time(), zone)
