"""Taking in rotas of other programs."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Protocol

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.definitions import FOLDER_HELP, DefiningDesk
from servicedesk_core.features.rota.importing import OUT, SHIFT, made_of
from servicedesk_core.features.rota.model import Imported
from servicedesk_core.features.rota.queries import RosteredDesk, RotaQueries
from servicedesk_core.features.rota.reading import Row, Rows
from servicedesk_core.features.rota.tables import time_off
from servicedesk_core.features.rota.taking import Taking
from servicedesk_core.store import Tx


class RotaDesk(RosteredDesk, DefiningDesk, Protocol):
    """A desk with a rota and definitions."""


class RotaActions(RotaQueries[Manner]):
    """Who is on shift, who is out, and taking that in."""

    desk: RotaDesk

    @action(
        "rota.import",
        off_web="it writes a file of the machine",
        about="What was taken in, or would be.",
        needs=Capability.DEFINITIONS_READ,
        unscoped="the rota belongs to no client",
        page="servicedesk_core.features.rota.pages:imported",
    )
    async def import_file(
        self,
        file: Annotated[
            Path | None, Help("CSV with the columns kind, technician, starts, ends, reason; or ICS.", name="FILE")
        ] = None,
        *,
        time_off_of_psa: Annotated[
            bool, Help("Take in the time off that the PSA approved, in place of a file.", name="time-off")
        ] = False,
        leave: Annotated[bool, Help("Rows that do not say what they are are leave, and no shifts.")] = False,
        folder: Annotated[Path | None, FOLDER_HELP] = None,
        write: Annotated[bool, Help("Write the file; else only show what would change in it.")] = False,
    ) -> Imported:
        """Take shifts and leave from a file, or approved time off, into a file of the folder of definitions.

        Without --write nothing is written: it shows what would change. Nothing holds before "definitions apply".

        Raises:
            DefinitionsError: Every row that is wrong, with its line and what would be right; nothing is written then.
            SettingsError: Neither a file nor time off is named, or both, or the file cannot be read.
            NotPermittedError: Time off is asked for by somebody who may not see absences.
        """
        if (file is None) is not time_off_of_psa:
            raise SettingsError(
                "Say what to take in: one file, or --time-off.", hint="servicedesk rota import FILE.csv"
            )
        taking = Taking(self.desk, folder, "rota", write)
        make = partial(made_of, zone=taking.zone)
        if file is not None:
            path, kind = file, OUT if leave else SHIFT
            return await self.desk.store.read(lambda tx: taking.file(tx, path, kind, (SHIFT, OUT), make))
        self.desk.permitted(Capability.ABSENCES, "rota.import")
        now = self.desk.clock.now().astimezone(UTC)
        return await self.desk.store.read(
            lambda tx: taking.take(tx, "time off", "time-off", _off(tx, taking, now), make)
        )


def _off(tx: Tx, taking: Taking, now: datetime) -> Rows:
    """Return the time off that is not over yet; days in a row are one."""
    rows: list[Row] = []
    for one in sorted(
        time_off(tx, taking.crew(tx, taking.others()), taking.zone), key=attrgetter("technician", "start")
    ):
        before = rows[-1] if rows else None
        if before is not None and (before.who, before.reason, before.ends) == (
            (one.technician,),
            one.reason,
            one.start,
        ):
            rows[-1] = replace(before, ends=one.end)
        elif one.end > now:
            rows.append(Row(0, OUT, (one.technician,), one.start, one.end, one.reason))
    return Rows(rows)
