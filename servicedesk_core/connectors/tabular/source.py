"""Turns files into the pages of a pass: keys, order, duplicates, positions."""

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from glob import glob, has_magic
from hashlib import blake2b
from itertools import dropwhile
from pathlib import Path
from typing import Any, NamedTuple

from servicedesk_core.connectors.tabular.declaration import FileMapping
from servicedesk_core.connectors.tabular.keys import Positions, SpillingCounter, content_hash, number_of
from servicedesk_core.connectors.tabular.opening import ensure_plain, opened
from servicedesk_core.connectors.tabular.reading import Row, rows, take
from servicedesk_core.connectors.tabular.values import Cells, name_reader, remembering
from servicedesk_core.domain import plain_name
from servicedesk_core.errors import CursorError, NotFoundError
from servicedesk_core.hooks import Page, SourceRecord
from servicedesk_core.hooks.watchdog import still_working

POSITION_VERSION = "t2"
_HEAD_BYTES = 65_536
_ROWS_BETWEEN_SIGNS = 1_000
_LONGEST_CASE = 200
_LONGEST_ID = 255


class Keyed(NamedTuple):
    """A row with its key, ready to be sent.

    Attributes:
        place: Index of its file, and its number in that file from 1.
        line: Line of the file on which it ends.
        record: The row.
    """

    place: tuple[int, int]
    line: int
    record: SourceRecord


@dataclass(frozen=True, slots=True)
class Part:
    """One existing file of a stream."""

    path: Path
    mapping: FileMapping
    label: str | None

    def head(self) -> str:
        """Return a hash of the file's first bytes: a file that only grew keeps it while it is longer than that."""
        with opened(self.path) as stream:
            return blake2b(stream.read(_HEAD_BYTES), digest_size=8).hexdigest()


def parts_of(mappings: Sequence[FileMapping], base: Path) -> tuple[Part, ...]:
    """Find the files of a stream.

    Args:
        mappings: The declarations of that stream.
        base: Where relative paths start.

    Raises:
        NotFoundError: A declared file does not exist, or a pattern matches nothing.
        SettingsError: It is no plain file.
    """
    parts: list[Part] = []
    for mapping in mappings:
        pattern = str(base / mapping.path)
        paths = sorted(glob(pattern)) if has_magic(mapping.path) else [pattern]  # noqa: PTH207  # absolute patterns
        if not paths or not Path(paths[0]).exists():
            raise NotFoundError(
                f"There is no file {pattern}.", hint="Check the path, where it was typed or in the configuration."
            )
        for path in paths:
            ensure_plain(Path(path))
        label = mapping.name if len(mappings) > 1 else None
        parts += [Part(Path(path), mapping, label) for path in paths]
    return tuple(parts)


def keyed_rows(parts: Sequence[Part], *, counter_limit: int = 50_000) -> Generator[Keyed]:
    """Read all rows of a stream with their keys.

    A row that stands in several files of the stream is one row: exports may overlap.

    Args:
        parts: The files, in their order.
        counter_limit: How many keys are counted in memory.

    Yields:
        The rows. Repetitions that the mapping drops are left out.
    """
    counter = SpillingCounter(counter_limit)
    positions = Positions(counter)
    try:
        for index, part in enumerate(parts):
            if part.mapping.layout == "event":
                key = _event_keys(part, index, counter, positions)
            else:
                key = _record_keys(part, index, counter)
            with opened(part.path) as stream:
                for number, row in enumerate(rows(stream, part.path, part.mapping), 1):
                    if not number % _ROWS_BETWEEN_SIGNS:
                        still_working()
                    record = key(row)
                    if record is not None:
                        yield Keyed((index, number), row.line, record)
    finally:
        counter.close()


def pages(parts: Sequence[Part], *, resume: str | None, size: int, ids_only: bool) -> Generator[tuple[Page, list[int]]]:
    """Cut a stream into pages.

    A resumed pass reads the rows before its position again, because their keys count, and does not send them again.

    Args:
        parts: The files.
        resume: ``resume`` of the last committed page, or ``None``.
        size: Rows on a page.
        ids_only: Whether only the keys are wanted.

    Yields:
        Each page, with the lines of its rows; the last one is marked as last.

    Raises:
        CursorError: The position is not one of these files.
        ProtocolError: A file is damaged. What stands before the damage was yielded, with a position at the beginning:
            the file will be another one when it is whole.
    """
    heads = [part.head() for part in parts]
    after = _position(resume, parts, heads) if resume else (0, 0)
    with closing(keyed_rows(parts)) as keyed:
        wanted = dropwhile(lambda row: row.place <= after, keyed)
        current, damage = take(wanted, size)
        while True:
            following: list[Keyed] = []
            if damage is None:
                following, damage = take(wanted, size)
            ends = not following
            last = ends and damage is None
            records = [SourceRecord(row.record.external_id, None) if ids_only else row.record for row in current]
            position = None if last else _resume(parts, heads, *((0, 0) if ends else current[-1].place))
            yield Page(records, position, last, whole=last and not ids_only), [row.line for row in current]
            if last:
                return
            if ends and damage is not None:
                raise damage
            current = following


def _resume(parts: Sequence[Part], heads: Sequence[str], index: int, number: int) -> str:
    return f"{POSITION_VERSION}:" + json.dumps([index, number, parts[index].path.name, heads[index]])


def _position(resume: str, parts: Sequence[Part], heads: Sequence[str]) -> tuple[int, int]:
    version, _, rest = resume.partition(":")
    try:
        index, number, name, head = json.loads(rest if version == POSITION_VERSION else "")
        same = (parts[index].path.name, heads[index]) == (name, head)
    except (ValueError, TypeError, IndexError):
        raise CursorError("The saved position in the files is not understood.", hint="The pass starts again.") from None
    if not same:
        raise CursorError(f"{name} was replaced while it was being read.", hint="The pass starts again.")
    return index, number


_plain = remembering(plain_name)
KeyRow = Callable[[Row], SourceRecord | None]


def _sent(part: Part, raw: dict[str, Any]) -> SourceRecord:
    if part.label is not None:
        raw["file"] = part.label
    return SourceRecord(raw["key"], raw)


def _event_keys(part: Part, index: int, counter: SpillingCounter, positions: Positions) -> KeyRow:
    mapping = part.mapping
    case_of = name_reader(mapping.columns["ticket_ref"], mapping)
    told_apart = tuple(sorted(_key_columns(mapping)))
    everything = tuple(sorted(mapping.used_columns))
    drop = mapping.duplicates == "drop"
    bad = _bad_keys(part, index, counter)

    def key(row: Row) -> SourceRecord | None:
        case = None if row.problem else case_of(row.cells)
        if case is None:
            return bad(row)
        if len(case) > _LONGEST_ID:
            return bad(row._replace(problem=f"line {row.line} has a ticket_ref of more than {_LONGEST_ID} characters"))
        cells = row.cells
        if drop and counter.add(number_of(content_hash("whole", *_texts(cells, everything)))) > 1:
            return None
        digest = content_hash(case, *_texts(cells, told_apart))
        occurrence = _occurrence(counter, digest, index)
        if occurrence is None:
            return None
        shown = case if len(case) <= _LONGEST_CASE and case.isprintable() else content_hash(case).hex()
        external_id = f"{shown}|{digest[:6].hex()}|{occurrence}"
        return _sent(part, {"key": external_id, "seq": positions.next(case), "row": cells})

    return key


def _occurrence(counter: SpillingCounter, digest: bytes, index: int) -> int | None:
    """Count a row; ``None`` when an earlier file of the stream already brought this occurrence."""
    overall = number_of(digest)
    if index == 0:
        return counter.add(overall)
    here = counter.add(number_of(content_hash(digest.hex(), str(index))))
    if here <= counter.get(overall):
        return None
    counter.put(overall, here)
    return here


def _key_columns(mapping: FileMapping) -> set[str]:
    if mapping.key:
        return set(mapping.key)
    return {
        column for field, rule in mapping.columns.items() if field not in {"ticket_ref", "source_seq"}
        for column in rule.sources
    }  # fmt: skip


def _texts(cells: Cells, columns: Sequence[str]) -> list[str]:
    return [_plain(cells.get(column, "")) for column in columns]


def _record_keys(part: Part, index: int, counter: SpillingCounter) -> KeyRow:
    mapping = part.mapping
    id_of = name_reader(mapping.columns["external_id"], mapping)
    everything = tuple(sorted(mapping.used_columns))
    bad = _bad_keys(part, index, counter)

    def key(row: Row) -> SourceRecord | None:
        external_id = None if row.problem else id_of(row.cells)
        if external_id is None:
            return bad(row)
        content = abs(number_of(content_hash(*_texts(row.cells, everything)))) or 1
        id_key = number_of(content_hash("id", external_id))
        known = counter.get(id_key)
        if known == content:
            return None
        if known:
            return bad(row._replace(problem=f"line {row.line} repeats the id of an earlier row with other values"))
        counter.put(id_key, content)
        return _sent(part, {"key": external_id, "row": row.cells})

    return key


def _bad_keys(part: Part, index: int, counter: SpillingCounter) -> KeyRow:
    """Key a row that cannot be used, so that it reaches the quarantine with its reason and stays the same there."""
    field = "ticket_ref" if part.mapping.layout == "event" else "external_id"
    columns = ", ".join(part.mapping.columns[field].sources)

    def key(row: Row) -> SourceRecord | None:
        problem = row.problem or f'line {row.line} has no {field} (column "{columns}" is empty)'
        digest = content_hash("bad", *row.cells.values(), *((problem,) if not row.cells else ()))
        occurrence = _occurrence(counter, digest, index)
        if occurrence is None:
            return None
        external_id = f"bad row|{digest[:6].hex()}|{occurrence}"
        return _sent(part, {"key": external_id, "problem": problem, "row": row.cells})

    return key
