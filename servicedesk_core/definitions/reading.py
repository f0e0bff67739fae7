"""Definitions as people write them: texts in TOML, read and checked as a whole."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Annotated, Any, Final, cast, get_args

from pydantic import AwareDatetime, BaseModel, Field, ValidationError, create_model

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.problems import key_path, problem_line
from servicedesk_core.config.toml_lines import TomlLines
from servicedesk_core.definitions.key import Key, Keys
from servicedesk_core.domain import Model
from servicedesk_core.errors import DefinitionsError
from servicedesk_core.faces.definition import DefinitionKind

Kinds = Mapping[str, DefinitionKind[Any]]

_AT_LINE = re.compile(r"\(at line (\d+)")

VERSION: Final = "version"
"""The key that says from which version some files are."""


class Definitions:
    """What was read of some texts, and what is wrong with them.

    Attributes:
        found: The definitions.
        version: From which version they say that they are; ``None`` = they do not.
    """

    def __init__(self, kinds: Iterable[DefinitionKind[Any]], zone: tzinfo | None) -> None:
        self.found: dict[Key, BaseModel] = {}
        self.version: int | None = None
        self._kinds: Kinds = {kind.name: kind for kind in kinds}
        self._zone = zone
        self._file = _file_of(self._kinds)
        self._places: dict[Keys, tuple[str, TomlLines]] = {}
        self._headers: set[Key] = set()
        self._named: list[tuple[str, TomlLines, Keys, Key]] = []
        """What definitions name: where, and which definition."""
        self._is_whole = True
        self._problems: dict[str, list[tuple[int, str]]] = {}
        """By file: the line, 0 = none, and the problem."""

    def tell(self, key: Key, path: Keys, problem: str) -> None:
        """Note that something is wrong with a definition.

        Args:
            key: Which one.
            path: Keys that lead from it to what is wrong.
            problem: What is wrong, and what would be right.
        """
        whole = (*key.path, *path)
        self._tell(*self._places[key.path], whole, f"{key_path(*whole)}: {problem}")

    def refuse(self) -> None:
        """Make sure that nothing is wrong.

        Raises:
            DefinitionsError: Everything that is wrong in all files, each with its file and line.
        """
        lines = [
            f"  {file}:{line}: {problem}" if line else f"  {file}: {problem}"
            for file, told in self._problems.items()
            for line, problem in sorted(told)
        ]
        if lines:
            count = "a problem" if len(lines) == 1 else f"{len(lines)} problems"
            raise DefinitionsError(
                f"The definitions have {count}:\n" + "\n".join(lines),
                hint="Correct them; nothing was taken over.",
            )

    def take(self, file: str, text: str) -> None:
        """Take in a file."""
        try:
            tables = tomllib.loads(text, parse_float=Decimal)  # amounts are never floats
        except tomllib.TOMLDecodeError as error:
            at = _AT_LINE.search(str(error))
            self._note(file, int(at[1]) if at else 0, f"no valid TOML: {error}")
            self._is_whole = False
            return
        lines = TomlLines(text)
        self._look_over(file, lines, tables)
        try:
            read = self._file.model_validate({name: self._prepared(name, table) for name, table in tables.items()})
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._tell(file, lines, detail["loc"], problem_line(detail, self._file))
            return
        for kind in self._kinds.values():
            value = getattr(read, kind.name)
            named = value.items() if kind.many else () if value is None else (("", value),)
            for name, one in named:
                self._keep(file, lines, kind, Key(kind.name, name), one)
        version = getattr(read, VERSION)
        if version is not None and self._is_new(file, lines, (VERSION,)):
            self.version = version

    def check(self) -> None:
        """Tell which definitions are named that are not there, unless a file could not be read that may have them."""
        if not self._is_whole:
            return
        for file, lines, path, wanted in self._named:
            if wanted not in self._headers:
                noun = self._kinds[wanted.kind].noun if wanted.kind in self._kinds else wanted.kind
                near = did_you_mean(wanted.name, [other.name for other in self._headers if other.kind == wanted.kind])
                self._tell(file, lines, path, f'{key_path(*path)}: there is no {noun} "{wanted.name}".{near}')

    def _look_over(self, file: str, lines: TomlLines, tables: Mapping[str, Any]) -> None:
        """Note which definitions a file has and names, whatever else is wrong with them."""
        for name, table in tables.items():
            kind = self._kinds.get(name)
            if kind is not None and isinstance(table, dict):
                self._headers |= {Key(name, one) for one in table} if kind.many else set()
                self._named += ((file, lines, path, key) for path, key in _named(kind.names, table, (name,)))

    def _keep(self, file: str, lines: TomlLines, kind: DefinitionKind[Any], key: Key, one: Any) -> None:
        if kind.many and not key.name:
            self._tell(
                file, lines, (kind.name, ""), f"{kind.name}: a {kind.noun} has a name; write it into the header."
            )
            return
        if not self._is_new(file, lines, key.path):
            return
        if kind.many and one.name != key.name:
            self.tell(key, ("name",), "its name stands in the header; leave it out")
        self.found[key] = one if kind.keeps is None else kind.keeps(one)

    def _prepared(self, name: str, table: Any) -> Any:
        """Return a table with what its definitions do not say themselves: their names, and the zone of their times."""
        kind = self._kinds.get(name)
        if kind is None or not isinstance(table, dict):
            return table
        if not kind.many:
            return self._placed(kind, table)
        return {
            one: {"name": one, **self._placed(kind, values)} if isinstance(values, dict) else values
            for one, values in table.items()
        }

    def _placed(self, kind: DefinitionKind[Any], table: Mapping[str, Any]) -> dict[str, Any]:
        if self._zone is None:
            return dict(table)
        instants = {name for name, field in kind.model.model_fields.items() if _is_instant(field.annotation)}
        begun = {
            name: datetime.combine(value, time()) if name in instants and type(value) is date else value
            for name, value in table.items()
        }
        return cast("dict[str, Any]", _in_zone(begun, self._zone))

    def _is_new(self, file: str, lines: TomlLines, path: Keys) -> bool:
        if path in self._places:
            other, others = self._places[path]
            self._tell(file, lines, path, f"{key_path(*path)}: stands in {other}:{others.line(path)} already.")
            return False
        self._places[path] = file, lines
        return True

    def _tell(self, file: str, lines: TomlLines, path: Keys, problem: str) -> None:
        self._note(file, lines.line(path), problem)

    def _note(self, file: str, line: int, problem: str) -> None:
        self._problems.setdefault(file, []).append((line, problem))


def read(kinds: Iterable[DefinitionKind[Any]], files: Mapping[str, str], zone: tzinfo | None = None) -> Definitions:
    """Read definitions, and check that they fit one another. What is wrong is kept until somebody refuses it.

    Args:
        kinds: What may stand there.
        files: Texts in TOML by the name of the file, for people.
        zone: Where times are that name no zone, and where a day begins that stands for an instant; ``None`` = a time
            must name its zone.
    """
    reading = Definitions(kinds, zone)
    for file, text in files.items():
        reading.take(file, text)
    reading.check()
    return reading


def _file_of(kinds: Kinds) -> type[Model]:
    """Return the model of a file."""
    fields: dict[str, Any] = {VERSION: (Annotated[int, Field(ge=0)] | None, None)}
    for kind in kinds.values():
        one = kind.written or kind.model
        fields[kind.name] = (Mapping[str, one], {}) if kind.many else (one | None, None)  # type: ignore[valid-type]
    return create_model("DefinitionsFile", __base__=Model, **fields)


def _named(names: Mapping[str, str], table: Any, path: Keys) -> Iterator[tuple[Keys, Key]]:
    """Yield where a table names definitions, and which."""
    entries: Iterable[tuple[Any, Any]] = ()
    if isinstance(table, dict | list):
        entries = table.items() if isinstance(table, dict) else enumerate(table)
    for key, value in entries:
        if key in names:
            several = value if isinstance(value, list) else [value]
            yield from (((*path, key), Key(names[key], one)) for one in several if isinstance(one, str))
        else:
            yield from _named(names, value, (*path, key))


def _is_instant(annotation: Any) -> bool:
    return AwareDatetime in (annotation, *get_args(annotation))


def _in_zone(value: Any, zone: tzinfo) -> Any:
    match value:
        case datetime() if value.tzinfo is None:
            return value.replace(tzinfo=zone)
        case dict():
            return {key: _in_zone(one, zone) for key, one in value.items()}
        case list():
            return [_in_zone(one, zone) for one in value]
    return value
