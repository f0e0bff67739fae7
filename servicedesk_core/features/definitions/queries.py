"""What would change, what did, and why."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.problems import key_path
from servicedesk_core.definitions.key import Key
from servicedesk_core.definitions.reading import Definitions, read
from servicedesk_core.faces import (
    After,
    DefinitionKind,
    Feature,
    Help,
    Limit,
    Manner,
    Namespace,
    Page,
    Sort,
    piece,
    query,
)
from servicedesk_core.features.definitions import files, tables, versions
from servicedesk_core.features.definitions.model import Change, DefinitionVersion, Difference, Plan
from servicedesk_core.features.definitions.planning import (
    Step,
    freezes_at,
    newest_in,
    obstacles,
    rows_of,
    spoken_of,
    steps_between,
    steps_to,
)
from servicedesk_core.store import Tx

FOLDER_HELP = Help('The folder with the files [default: "service" beside the configuration].')
UNSCOPED = "they hold for all clients"


class DefiningDesk(ConfiguredDesk, Protocol):
    """A desk with its configuration and its features."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it can do, and which kinds of definitions that brings."""
        ...


class DefinitionQueries(Namespace[Manner]):
    """What the service manager decided."""

    desk: DefiningDesk

    @query(
        "definitions.plan",
        about="What applying a folder would change.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
        empty="Nothing would change: the files say what the store has.",
        page="servicedesk_core.features.definitions.pages:plan",
    )
    def plan(
        self,
        tx: Tx,
        *,
        folder: Annotated[Path | None, FOLDER_HELP] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Plan:
        """Show what "apply" would change, field by field, and what stands in its way.

        Raises:
            DefinitionsError: Everything that is wrong in all files, each with its file and line.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        where, found = self._read(folder)
        now, last = self.desk.clock.now(), tables.newest(tx)
        number = last.version if last is not None else 0
        state = tables.state(tx, number)
        steps = steps_to(found, state, self._kinds, now)
        warnings = self._looked_over(tx, found)
        found.refuse()
        frozen = freezes_at(state, now, self._zone)
        told = Plan(
            items=tuple(rows_of(steps, self._zone, self._hidden)),
            folder=str(where),
            version=number,
            files_version=found.version,
            added=count(steps, Change.ADDED),
            changed=count(steps, Change.CHANGED),
            removed=count(steps, Change.REMOVED),
            obstacles=tuple(
                obstacles(
                    steps,
                    last=last,
                    spoken=newest_in(state, spoken_of(found, self._kinds)),
                    files_version=found.version,
                    freezes=frozen,
                )
            ),
            warnings=warnings,
        )
        return piece(told, Difference, by="definition,field", sort=sort, after=after, limit=limit)

    @query(
        "definitions.diff",
        about="What differs between two versions, or between the newest and the files.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
        empty="Nothing differs.",
    )
    def diff(
        self,
        tx: Tx,
        before: Annotated[int | None, Help("The older version [default: the newest].")] = None,
        after_version: Annotated[
            int | None,
            Help("The newer one [default: the newest; without the older one the files].", name="after"),
        ] = None,
        *,
        folder: Annotated[Path | None, FOLDER_HELP] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Page[Difference]:
        """Compare two versions, a version with the newest, or the newest with the files.

        Raises:
            DefinitionsError: Something in the files is wrong.
            NotFoundLocallyError: There is no such version.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        last = tables.newest(tx)
        number = last.version if last is not None else 0
        if before is None and after_version is None:
            found = self._read(folder)[1]
            found.refuse()
            steps = steps_to(found, tables.state(tx, number), self._kinds, self.desk.clock.now())
        else:
            older, newer = (number if one is None else one for one in (before, after_version))
            steps = steps_between(tables.state(tx, older), tables.state(tx, newer), self._kinds)
        rows = Page(tuple(rows_of(steps, self._zone, self._hidden)))
        return piece(rows, Difference, by="definition,field", sort=sort, after=after, limit=limit)

    @query(
        "definitions.history",
        about="Versions of the definitions, the newest first.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
        empty="Nothing was applied yet.",
    )
    def history(
        self,
        tx: Tx,
        *,
        definition: Annotated[str | None, Help("Only versions that changed this, such as calendars.office.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[DefinitionVersion]:
        """List the versions: who applied them, when and why, and what they changed.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = (one for one in versions.history(tx) if definition is None or definition in one.changed)
        return piece(Page(tuple(found)), DefinitionVersion, by="-version", sort=sort, after=after, limit=limit)

    @property
    def _kinds(self) -> Mapping[str, DefinitionKind[Any]]:
        features = reversed(self.desk.features)  # ours stand first: a name of theirs stays theirs
        return {kind.name: kind for feature in features for kind in feature.kinds}

    @property
    def _hidden(self) -> frozenset[str]:
        """The kinds of which whoever asks may not see what they say."""
        return frozenset(
            name for name, kind in self._kinds.items() if kind.needs is not None and not self.desk.may(kind.needs)
        )

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.desk.timezone)

    def _read(self, folder: Path | None) -> tuple[Path, Definitions]:
        """Return the folder and what its files say."""
        where, kinds = folder or self.desk.settings.beside(files.FOLDER), self._kinds
        read_ones = read(kinds.values(), files.texts_in(where), self._zone)
        for key, one in read_ones.found.items():
            check = kinds[key.kind].check
            for path, problem in check(one, self.desk.features) if check is not None else ():
                read_ones.tell(key, path, problem)
        return where, read_ones

    def _looked_over(self, tx: Tx, found: Definitions) -> tuple[str, ...]:
        """Tell what is wrong beside the records of the desk, and return what somebody should look at."""
        warnings = []
        for feature in self.desk.features:
            if feature.looking_over is None:
                continue
            for one in feature.looking_over(tx, found.found, self.desk):
                key = Key(one.kind, one.name)
                if one.is_wrong:
                    found.tell(key, one.path, one.text)
                else:
                    warnings.append(f"{key_path(*key.path, *one.path)}: {one.text}")
        return tuple(warnings)


def count(steps: list[Step], change: Change) -> int:
    """Return how many definitions are changed so."""
    return sum(step.change is change for step in steps)
