"""Files of other programs, taken into the folder of definitions: shown first, and written when somebody says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from servicedesk_core.definitions.key import Key
from servicedesk_core.definitions.reading import read
from servicedesk_core.definitions.writing import text_of
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.features.definitions import FOLDER, DefiningDesk, texts_in
from servicedesk_core.features.rota.importing import difference, name_of
from servicedesk_core.features.rota.model import Imported
from servicedesk_core.features.rota.reading import Row, Rows, meant, rows_of, told
from servicedesk_core.features.skills import Crew, Technician, crew_of, words_of
from servicedesk_core.files import replace_file
from servicedesk_core.store import Tx

Others = Mapping[Key, BaseModel]
Making = Callable[[Rows, Mapping[Row, str], Others, str], Mapping[Key, BaseModel]]
"""Makes definitions of rows, of whom each is about, of what stands in other files, and of where the rows came from."""

_HEADER = "# Written by servicedesk out of {}. Importing that again writes this file anew.\n\n"


@dataclass(frozen=True, slots=True)
class Taking:
    """Where something is taken in.

    Attributes:
        desk: The desk.
        folder: The folder of definitions; ``None`` = its usual one.
        prefix: How the file's name begins.
        write: Whether the file is written.
    """

    desk: DefiningDesk
    folder: Path | None
    prefix: str
    write: bool

    @property
    def zone(self) -> ZoneInfo:
        """The desk's."""
        return ZoneInfo(self.desk.timezone)

    @staticmethod
    def stem(path: Path) -> str:
        """Return the part of the name of what is written that says which file it came from."""
        return name_of(path)

    def file(self, tx: Tx, path: Path, kind: str, kinds: Sequence[str], make: Making) -> Imported:
        """Take in a file.

        Args:
            tx: Any transaction.
            path: The file.
            kind: What a row is that does not say it.
            kinds: What rows may be.
            make: Makes definitions of it.

        Raises:
            DefinitionsError: Every row that is wrong, with its line; or something in the folder.
            SettingsError: The file cannot be read.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
            raise SettingsError(f"{path} cannot be read: {why}.", hint="Name a CSV or ICS file in UTF-8.") from error
        found = rows_of(path.name, text, kind, kinds, self.zone)
        return self.take(tx, path.name, self.stem(path), found, make)

    def take(self, tx: Tx, source: str, stem: str, found: Rows, make: Making) -> Imported:
        """Take in rows."""
        others = self.others(stem)
        names = words_of(tx, self.crew(tx, others))
        who = {}
        for row in found.rows:
            name = meant(row, names)
            if name is None:
                found.tell(row.line, told(row, names.values()))
            else:
                who[row] = name
        made = make(found, who, others, stem)
        found.refuse(source)
        return self.put(source, stem, made)

    def put(self, source: str, stem: str, made: Mapping[Key, BaseModel]) -> Imported:
        """Write what was made of a file into that of the folder, where it is to be written.

        Args:
            source: Where it came from, for people.
            stem: The part of the file's name that says it.
            made: What was made.
        """
        path = self._where / f"{self.prefix}-{stem}.toml"
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        after = _HEADER.format(source) + text_of(made, self.zone) if made or before else ""
        hidden = [kind.name for kind in self._kinds.values() if kind.needs and not self.desk.may(kind.needs)]
        changes = difference(path.name, before, after, hidden)
        if self.write and changes:
            self._where.mkdir(parents=True, exist_ok=True)
            replace_file(path, after.encode())
        return Imported(str(path), self.write and bool(changes), len(made), changes)

    def crew(self, tx: Tx, others: Others) -> Crew:
        """Return whom the technicians of the folder mean."""
        defined = {key.name: one for key, one in others.items() if isinstance(one, Technician)}
        return crew_of(tx, defined, self.desk.roster)

    def others(self, stem: str | None = None) -> Others:
        """Return what the folder says.

        Args:
            stem: Without the file that is written for this.
        """
        texts = texts_in(self._where) if self._where.is_dir() else {}
        without = {"version.toml", f"{self.prefix}-{stem}.toml"}
        found = read(self._kinds.values(), {file: one for file, one in texts.items() if file not in without}, self.zone)
        found.refuse()
        return found.found

    @property
    def _where(self) -> Path:
        return self.folder or self.desk.settings.beside(FOLDER)

    @property
    def _kinds(self) -> Mapping[str, DefinitionKind[Any]]:
        return {kind.name: kind for feature in reversed(self.desk.features) for kind in feature.kinds}
