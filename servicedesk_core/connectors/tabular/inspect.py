"""What ``servicedesk mapping check FILE`` shows: the first rows as they would be mapped, and what does not fit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from servicedesk_core.connectors.tabular.declaration import ColumnRule, FileMapping, WordMeaning
from servicedesk_core.connectors.tabular.meaning import meaning_of
from servicedesk_core.connectors.tabular.profile import profile
from servicedesk_core.connectors.tabular.propose import Proposal, propose
from servicedesk_core.connectors.tabular.source import Part, keyed_rows
from servicedesk_core.connectors.tabular.values import NUMBERS, field_type, is_number
from servicedesk_core.domain import STREAMS, Entity, MappingIssue, Ticket, TicketEvent
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import VocabularyMapping
from servicedesk_core.printing import escaped

_LINES_SHOWN = 5


@dataclass(slots=True)
class Problem:
    """Something that does not fit, and where.

    Attributes:
        text: What it is; no text of the row except words that the mapping does not know.
        count: How often.
        lines: The first lines of the file where it happens.
    """

    text: str
    count: int = 0
    lines: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MappingReport:
    """How a file looks through a mapping.

    Attributes:
        mapping: The mapping.
        columns: All columns of the file.
        ignored: Columns that the mapping does not look at.
        preview: The first rows as records, each with those that come by the way: stream, and the fields that are set.
        problems: What does not fit, most frequent first.
        rows: Rows read; a repetition that the mapping drops is not counted.
        tickets: Different tickets among them (logs only).
        repeated: Rows that repeat an earlier one (logs only).
    """

    mapping: FileMapping
    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    preview: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]
    rows: int
    tickets: int
    repeated: int


def propose_mapping(path: Path) -> Proposal:
    """Propose a mapping for a file.

    Raises:
        ConnectorError: The file cannot be read, or holds nothing to propose from.
    """
    return propose(profile(path))


def check_mapping(
    path: Path, mapping: FileMapping, *, vocabulary: VocabularyMapping | None = None, preview: int = 10
) -> MappingReport:
    """Read a whole file through a mapping and say what does not fit.

    Args:
        path: The file; the path in the mapping is not looked at.
        mapping: The mapping.
        vocabulary: The operator's words of the connection.
        preview: How many rows to show as records.

    Raises:
        ConnectorError: The file cannot be read.
    """
    means = meaning_of(mapping, vocabulary or VocabularyMapping())
    other_sign = _OtherSign(mapping)
    problems: dict[str, Problem] = {}
    shown: list[dict[str, Any]] = []
    columns: dict[str, None] = {}
    tickets: set[str] = set()
    rows = repeated = previewed = 0
    for _, line, record in keyed_rows([Part(path, mapping, None)]):
        rows += 1
        raw = record.raw or {}
        columns.update(dict.fromkeys(raw["row"]))
        try:
            mapped = means(raw)
        except MappingError as error:
            text = error.message.removeprefix("The row cannot be used: ")
            _note(problems, text.replace(f"line {line} ", "a row "), line)
            continue
        for issue in mapped.issues:
            _note(problems, _told(issue) + other_sign(issue, raw["row"]), line)
        if isinstance(mapped.entity, TicketEvent):
            tickets.add(mapped.entity.ticket_ref)
            repeated += not record.external_id.endswith("|1")
        if (previewed := previewed + 1) <= preview:
            shown += [_shown(entity) for entity in (mapped.entity, *mapped.also)]
    ignored = tuple(column for column in columns if column not in mapping.used_columns)
    ordered = tuple(sorted(problems.values(), key=lambda one: -one.count))
    return MappingReport(mapping, tuple(columns), ignored, tuple(shown), ordered, rows, len(tickets), repeated)


def _note(problems: dict[str, Problem], text: str, line: int) -> None:
    problem = problems.setdefault(text, Problem(text))
    problem.count += 1
    if len(problem.lines) < _LINES_SHOWN:
        problem.lines.append(line)


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
