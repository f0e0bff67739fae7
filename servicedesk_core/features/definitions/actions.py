"""Deciding: applying definitions, and writing them out."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Protocol

from servicedesk_core.errors import DefinitionsError, DefinitionsRefusedError, NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.definitions import files, tables
from servicedesk_core.features.definitions.model import Applied, Change, Exported
from servicedesk_core.features.definitions.planning import (
    Step,
    freezes_at,
    newest_in,
    obstacles,
    spoken_of,
    steps_to,
)
from servicedesk_core.features.definitions.queries import FOLDER_HELP, UNSCOPED, DefiningDesk, DefinitionQueries, count
from servicedesk_core.features.definitions.tables import Kept, Version
from servicedesk_core.features.definitions.versions import MOMENT, append
from servicedesk_core.people import Actor
from servicedesk_core.store import Tx, audit


class DecidingDesk(DefiningDesk, Protocol):
    """A desk on which somebody acts."""

    actor: Actor
    """Who acts."""


class Definitions(DefinitionQueries[Manner]):
    """What the service manager decided, and deciding."""

    desk: DecidingDesk

    @action(
        "definitions.apply",
        about="What was applied.",
        needs=Capability.DEFINITIONS_APPLY,
        unscoped=UNSCOPED,
        page="servicedesk_core.features.definitions.pages:applied",
    )
    async def apply(
        self,
        *,
        reason: Annotated[str, Help("Why; it stays in the history.")],
        folder: Annotated[Path | None, FOLDER_HELP] = None,
        over: Annotated[
            int | None, Help("The newest version, which the files replace although they are from another.")
        ] = None,
        remove: Annotated[bool, Help("Remove definitions that the files do not have any more.")] = False,
        despite_freeze: Annotated[str | None, Help("Why it cannot wait until a freeze ends.")] = None,
    ) -> Applied:
        """Make what the files say hold: all of it as one version, or nothing.

        What was decided before stays as it was decided: a change holds from now on, or from the coming instant that it
        names.

        Raises:
            DefinitionsError: Everything that is wrong in all files, each with its file and line.
            DefinitionsRefusedError: The store has a version that the files know nothing of, definitions would go, or a
                freeze holds.
            SettingsError: The reason is empty.
        """
        if not reason.strip():
            raise SettingsError("The reason is empty.", hint="Say why, for those who look at the history.")
        where, found = await asyncio.to_thread(self._read, folder)

        def work(tx: Tx) -> Applied:
            audit.take_turn(tx)  # whoever applies at the same time sees this version, or this one sees theirs
            last, now = tables.newest(tx), self.desk.clock.now()
            number = 0 if last is None else last.version
            if last is not None:
                now = max(now, last.at + MOMENT)
            state = tables.state(tx, number)
            steps = steps_to(found, state, self._kinds, now)
            self._looked_over(tx, found)
            found.refuse()
            for needed in {self._kinds[step.key.kind].decides for step in steps} - {None}:
                self.desk.permitted(needed, "definitions.apply")
            _refuse(
                obstacles(
                    steps,
                    last=last,
                    spoken=newest_in(state, spoken_of(found, self._kinds)),
                    files_version=found.version,
                    freezes=(frozen := [*freezes_at(state, now, self._zone)]),
                    over=over,
                    remove=remove,
                    despite_freeze=despite_freeze,
                )
            )
            if steps:
                number += 1
                override = despite_freeze if frozen else None
                self._keep(tx, Version(number, now, str(self.desk.actor), reason, override), steps)
            return Applied(
                version=number,
                added=count(steps, Change.ADDED),
                changed=count(steps, Change.CHANGED),
                removed=count(steps, Change.REMOVED),
                is_noted=False,
            )

        applied = await self.desk.store.write(work)
        return replace(applied, is_noted=await asyncio.to_thread(_noted, where, found.version, applied.version))

    @action(
        "definitions.export",
        off_web="it writes a file of the machine",
        about="What was written.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
    )
    async def export(
        self,
        *,
        to: Annotated[Path | None, Help('A new folder [default: "service" beside the configuration].')] = None,
        version: Annotated[int | None, Help("As this version left them [default: the newest].")] = None,
    ) -> Exported:
        """Write the definitions into a folder, so that they read again to the same.

        Raises:
            NotFoundLocallyError: There is no such version, or none at all.
            DefinitionsError: A kind of them belongs to a plugin that is not there.
            SettingsError: The folder has definitions already, or cannot be written.
            NotPermittedError: Some say what whoever asks may not see, such as what hours cost.
        """
        where = to or self.desk.settings.beside(files.FOLDER)

        def stored(tx: Tx) -> tuple[int, list[Kept]]:
            last = tables.newest(tx)
            number = version if version is not None else last.version if last is not None else 0
            return number, [one for one in tables.state(tx, number).values() if one.body is not None]

        number, kept = await self.desk.store.read(stored)
        if not number:
            raise NotFoundLocallyError("Nothing was applied yet.", hint=f"Write files into {where}, and apply them.")
        kinds = self._kinds
        if unknown := sorted({one.kind for one in kept} - kinds.keys()):
            raise DefinitionsError(
                f"Nothing that is installed knows definitions of {', '.join(unknown)}.",
                hint="Install the plugin that brings them, then export again.",
            )
        for needed in {kinds[one.kind].needs for one in kept if one.kind in self._hidden}:
            self.desk.permitted(needed, "definitions.export")
        found = {one.key: tables.value(kinds[one.kind], one) for one in kept}
        written = await asyncio.to_thread(files.write, where, found, number, self._zone)
        return Exported(str(where), number, written)

    def _keep(self, tx: Tx, version: Version, steps: list[Step]) -> None:
        kept = [
            Kept(
                step.key.kind,
                step.key.name,
                version.version,
                step.holds_from,
                None if step.after is None else step.after.model_dump(mode="json"),
            )
            for step in steps
        ]
        append(tx, version, kept)
        audit.append(
            tx,
            at=version.at,
            actor=version.author,
            action="definitions.applied",
            entity=f"definitions:{version.version}",
            after={
                "changed": {str(step.key): step.change.value for step in steps},
                "despite_freeze": version.despite_freeze,
            },
            reason=version.reason,
        )


def _refuse(told: Iterable[str]) -> None:
    if reasons := " ".join(told):
        raise DefinitionsRefusedError(f"Nothing was applied. {reasons}")


def _noted(folder: Path, said: int | None, version: int) -> bool:
    """Return whether a folder says from which version its files are, once it was tried."""
    if version == (said or 0):
        return True
    try:
        files.mark(folder, version)
    except SettingsError:  # what was applied holds; a folder that cannot be written is no reason to call it failed
        return False
    return True
