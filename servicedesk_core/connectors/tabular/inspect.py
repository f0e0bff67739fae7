"""What ``servicedesk mapping check FILE`` shows: the first rows as they would be mapped, and what does not fit."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from servicedesk_core.connectors.tabular.declaration import ColumnRule, FileMapping, WordMeaning
from servicedesk_core.connectors.tabular.meaning import meaning_of
from servicedesk_core.connectors.tabular.profile import profile
from servicedesk_core.connectors.tabular.propose import Proposal, propose
from servicedesk_core.connectors.tabular.skimming import skimming
from servicedesk_core.connectors.tabular.source import Part, keyed_rows
from servicedesk_core.connectors.tabular.values import NUMBERS, field_type, is_number
from servicedesk_core.domain import STREAMS, Entity, MappingIssue, Ticket
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import VocabularyMapping
from servicedesk_core.printing import escaped

_LINES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """Something in the file that does not fit the mapping.

    Attributes:
        text: What it is; no text of the row except words that the mapping does not know.
        count: How often.
        lines: The first lines where it happens.
    """

    text: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MappingCheck:
    """How a file looks through a mapping.

    Attributes:
        file: The file.
        proposed: Whether the mapping was proposed now.
        notes: What a proposal assumed and somebody should look at.
        toml: The mapping as it stands in a mapping file.
        stream: What the rows are.
        rows: Rows read; a repetition that the mapping drops is not counted.
        tickets: Different tickets among them (logs of events).
        repeated: Rows that repeat an earlier one (logs of events).
        columns: All columns of the file.
        ignored: Columns that the mapping does not look at.
        preview: The first rows as records, each with those that come by the way: stream, and the fields that are set.
        problems: What does not fit, most frequent first.
    """

    file: str
    proposed: bool
    notes: tuple[str, ...]
    toml: str
    stream: str
    rows: int
    tickets: int
    repeated: int
    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    preview: tuple[dict[str, Any], ...]
    problems: tuple[MappingProblem, ...]


def propose_mapping(path: Path) -> Proposal:
    """Propose a mapping for a file.

    Raises:
        ConnectorError: The file cannot be read, or holds nothing to propose from.
    """
    return propose(profile(path))


def check_mapping(
    path: Path,
    mapping: FileMapping,
    *,
    vocabulary: VocabularyMapping | None = None,
    preview: int = 10,
    proposed: bool = False,
    notes: tuple[str, ...] = (),
) -> MappingCheck:
    """Read a whole file through a mapping and say what does not fit.

    Args:
        path: The file; the path in the mapping is not looked at.
        mapping: The mapping.
        vocabulary: The operator's words of the connection.
        preview: How many rows to show as records.
        proposed: Whether the mapping was proposed now.
        notes: What the proposal assumed.

    Raises:
        ConnectorError: The file cannot be read.
    """
    words = vocabulary or VocabularyMapping()
    means = meaning_of(mapping, words)
    skim = skimming(mapping, words, means)
    is_log = mapping.layout == "event"
    other_sign = _OtherSign(mapping)
    counts: Counter[str] = Counter()
    lines: dict[str, list[int]] = {}

    def note(text: str, line: int) -> None:
        counts[text] += 1
        if counts[text] <= _LINES_SHOWN:
            lines.setdefault(text, []).append(line)

    shown: list[dict[str, Any]] = []
    columns: dict[str, None] = {}
    tickets: set[str] = set()
    rows = repeated = previewed = 0
    for _, line, record in keyed_rows([Part(path, mapping, None)]):
        rows += 1
        raw = record.raw or {}
        if raw["row"].keys() != columns.keys():
            columns.update(dict.fromkeys(raw["row"]))
        try:
            issues = skim(raw)
        except MappingError as error:
            text = error.message.removeprefix("The row cannot be used: ")
            note(text.replace(f"line {line} ", "a row "), line)
            continue
        for issue in issues:
            note(_told(issue) + other_sign(issue, raw["row"]), line)
        if is_log:
            ticket, _, occurrence = record.external_id.rsplit("|", 2)
            tickets.add(ticket)
            repeated += occurrence != "1"
        if (previewed := previewed + 1) <= preview:
            mapped = means(raw)
            shown += [_shown(entity) for entity in (mapped.entity, *mapped.also)]
    ignored = tuple(column for column in columns if column not in mapping.used_columns)
    return MappingCheck(
        file=str(path),
        proposed=proposed,
        notes=notes,
        toml=to_toml(mapping),
        stream=mapping.stream,
        rows=rows,
        tickets=len(tickets),
        repeated=repeated,
        columns=tuple(columns),
        ignored=ignored,
        preview=tuple(shown),
        problems=tuple(MappingProblem(text, count, tuple(lines[text])) for text, count in counts.most_common()),
    )


def _told(issue: MappingIssue) -> str:
    if issue.kind == "unreadable_value":
        return f'{issue.field}: column "{issue.value}" holds a text that cannot be read as declared'
    if issue.kind == "implausible_date":
        return f"{issue.field}: implausible year {issue.value}"
    return f'{issue.field}: "{issue.value}" has no meaning in the mapping'


class _OtherSign:
    """Says of a number that cannot be read whether it could with the other decimal sign."""

    def __init__(self, mapping: FileMapping) -> None:
        stream = STREAMS[mapping.stream]
        self._signs: dict[str, str] = {}
        for entity, rules in ((stream, mapping.columns), (Ticket, mapping.ticket)):
            for name, rule in rules.items():
                if field_type(entity, name).kind in NUMBERS:
                    self._signs[name] = "." if (rule.decimal or mapping.decimal) == "," else ","

    def __call__(self, issue: MappingIssue, cells: Mapping[str, str]) -> str:
        sign = self._signs.get(issue.field or "")
        fits = sign and issue.kind == "unreadable_value" and is_number(cells.get(issue.value or "", "").strip(), sign)
        return f'; with decimal = "{sign}" it could' if fits else ""


def _shown(entity: Entity) -> dict[str, Any]:
    fields = entity.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return {"stream": entity.stream, **fields}


def to_toml(mapping: FileMapping) -> str:
    """Write a mapping as it stands in a mapping file."""
    plain = mapping.model_dump(
        mode="json", exclude_defaults=True, exclude={"columns", "ticket", "custom_fields", "words"}
    )
    plain["layout"] = mapping.layout
    lines = ["[[files]]", *(f"{key} = {_toml(value)}" for key, value in plain.items())]
    for name in ("columns", "ticket", "custom_fields", "words"):
        entries: Mapping[str, ColumnRule | WordMeaning] = getattr(mapping, name)
        if entries:
            lines += ["", f"[files.{name}]", *(f"{_key(key)} = {_toml(_short(one))}" for key, one in entries.items())]
    return "\n".join(lines) + "\n"


def _short(rule: BaseModel) -> Any:
    if isinstance(rule, WordMeaning):
        if rule.status is None and rule.type is None and rule.status_category:
            return rule.status_category.value
        if rule.status is None and rule.status_category is None and rule.type:
            return rule.type.value
    stated = rule.model_dump(mode="json", exclude_defaults=True)
    return stated["column"] if set(stated) == {"column"} else stated


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return escaped(json.dumps(value, ensure_ascii=False))


def _key(text: str) -> str:
    return text if text and all(sign.isascii() and (sign.isalnum() or sign in "_-") for sign in text) else _toml(text)
