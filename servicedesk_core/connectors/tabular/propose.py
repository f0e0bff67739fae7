"""Proposes a mapping for a file nobody has seen. A proposal is for a person to read and correct."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from servicedesk_core.connectors.tabular import remarks
from servicedesk_core.connectors.tabular.declaration import ColumnRule, FileMapping, WordMeaning
from servicedesk_core.connectors.tabular.hints import (
    NO_RANK,
    category_of,
    is_key_of,
    is_named,
    priority_of,
    rank,
    stamp_rank,
)
from servicedesk_core.connectors.tabular.profile import Column, Profile
from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import SettingsError

_RECORD_FIELDS: dict[str, dict[str, str]] = {
    "tickets": {
        "title": "title", "description": "description", "company_ref": "company", "contact_ref": "contact",
        "assignee_ref": "actor", "queue_ref": "queue", "status": "word", "priority_name": "priority",
        "asset_ref": "asset", "sla": "sla", "created_at": "created", "due_at": "due", "resolved_at": "resolved",
        "closed_at": "closed",
    },
    "assets": {
        "serial_number": "serial", "name": "name", "manufacturer": "manufacturer", "model": "model",
        "company_ref": "company", "site_ref": "site", "warranty_until": "warranty",
    },
    "contacts": {
        "first_name": "first", "last_name": "last", "email": "email", "phone": "phone", "company_ref": "company",
    },
    "companies": {"name": "name", "phone": "phone", "city": "city", "country": "country"},
}  # fmt: skip

_TICKET_TIMES = {"created_at": "created", "resolved_at": "resolved", "closed_at": "closed", "due_at": "due"}

_ENDS = {"resolved", "closed"}

_MANY_WORDS = 200

_FEW_WORDS = 10
"""So many different steps are plausible in the shortest file."""

_FEW = 10
"""One row in so many may lack or repeat an id."""

_MAY_BE_CONSTANT = frozenset({"company", "actor", "queue", "word", "priority"})
"""Parts that one client, technician, queue, status or priority may play on every row of a file."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed mapping.

    Attributes:
        mapping: The mapping; valid as it stands.
        notes: What was assumed and should be looked at, one sentence each.
    """

    mapping: FileMapping
    notes: tuple[str, ...]


def propose(found: Profile) -> Proposal:
    """Propose a mapping.

    Args:
        found: What the file shows.

    Raises:
        SettingsError: The file has no usable rows, or nothing in it could identify a record.
    """
    if not found.rows:
        raise SettingsError(remarks.why_unusable(found), hint="A mapping can be proposed only for a file with data.")
    draft = _Draft(found)
    case = draft.case_column()
    times = [column for column in draft.varying if column.formats]
    if case is not None and times and not draft.is_list(case):
        return draft.events(case, times)
    return draft.records()


class _Draft:
    """Gives the columns of one file their parts, one after the other."""

    def __init__(self, found: Profile) -> None:
        self.found = found
        self.rows = len(found.rows)
        self.constant: list[Column] = []
        self.varying: list[Column] = []
        for column in found.columns.values():
            if column.texts:
                never_varies = len(column.texts) == 1 and column.filled == self.rows
                (self.constant if never_varies else self.varying).append(column)
        self.taken: set[str] = set()
        self.notes = remarks.of_the_file(found)

    def take(self, role: str, among: Iterable[Column] | None = None) -> Column | None:
        """Take the free column whose name fits a part best; one that never varies where nothing else would play it."""
        best = self._best(role, self.varying if among is None else among)
        if best is None and role in _MAY_BE_CONSTANT:
            best = self._best(role, (column for column in self.constant if not column.formats))
        if best is not None:
            self.taken.add(best.name)
        return best

    def _best(self, role: str, among: Iterable[Column]) -> Column | None:
        fitting = [one for one in among if one.name not in self.taken and rank(role, one) < NO_RANK]
        return min(fitting, key=lambda column: rank(role, column), default=None)

    def case_column(self) -> Column | None:
        """Return the column that tells tickets apart in a log, or ``None`` when no text repeats."""
        candidates = [
            column
            for column in self.varying
            if not column.formats and column.filled >= self.rows * 0.9 and 1 < column.distinct < column.filled * 0.9
        ]
        if not candidates:
            return None
        return max(candidates, key=self._case_score)

    def _case_score(self, column: Column) -> float:
        hinted = 3.0 if rank("case", column) < NO_RANK else 0.0
        cells = [row.get(column.name, "") for row in self.found.rows]
        together = sum(1 for one, other in pairwise(cells) if one == other) / max(1, len(cells) - 1)
        like_ids = (
            1.0 if sum(any(sign.isdigit() for sign in text) for text in column.counts) > column.distinct / 2 else 0
        )
        taken = any(rank(role, column) < NO_RANK for role in ("word", "actor", "queue", "company", "priority"))
        return hinted + like_ids + together * 0.5 + column.distinct / self.rows - (2.0 if taken else 0.0)

    def varies_inside(self, case: Column, column: Column) -> bool:
        """Say whether a column has different texts on the rows of one case."""
        first: dict[str, str] = {}
        return any(
            first.setdefault(row.get(case.name, ""), row.get(column.name, "")) != row.get(column.name, "")
            for row in self.found.rows
        )

    def events(self, case: Column, times: list[Column]) -> Proposal:
        """Propose a log of events."""
        self.taken.add(case.name)
        moving = [column for column in times if self.varies_inside(case, column)] or times
        stamp = min(moving, key=lambda column: (stamp_rank(column.name), -column.filled))
        self.taken |= {column.name for column in times}
        columns: dict[str, Any] = {"ticket_ref": case.name, "effective_at": self.time_rule(stamp)}
        ticket: dict[str, Any] = {}
        words = self.words(case, columns)
        if actor := self.take("actor"):
            rule = self._composite(actor)
            columns["actor_ref"] = ticket["assignee_ref"] = rule
        for field, role in (("queue_ref", "queue"), ("company_ref", "company"), ("sla", "sla"), ("title", "title")):
            if column := self.take(role):
                ticket[field] = column.name
        self._priority(ticket)
        for column in times:
            if column is not stamp:
                self._further_time(column, ticket)
        self.notes += remarks.of_times(stamp)
        derive = self._derived(words, {**ticket, **columns})
        return self._proposal("event", "ticket_events", columns, ticket=ticket, words=words, derive=derive)

    def _derived(self, words: dict[str, str], stated: dict[str, Any]) -> tuple[str, ...]:
        """Return the ticket fields that follow from steps which end work, where no column says them."""
        if not _ENDS.intersection(words.values()):
            return ()
        derived = [field for field in ("resolved_at", "closed_at") if field not in stated]
        if "resolved_at" in derived and "actor_ref" in stated:
            derived.append("completed_by_ref")
        if derived:
            self.notes.append(f"Taken from the steps, no column says it: {', '.join(derived)} (derive).")
        return tuple(derived)

    def words(self, case: Column, columns: dict[str, Any]) -> dict[str, str]:
        """Take the column of steps, and guess what each step means."""
        few = [
            c
            for c in self.varying
            if not c.formats and len(c.texts) <= min(_MANY_WORDS, max(_FEW_WORDS, self.rows // 2))
        ]
        column = self._best("word", [c for c in few if self.varies_inside(case, c)])
        if column is None:
            self.notes.append("No column of steps or statuses was recognised; every event is an activity.")
            return {}
        self.taken.add(column.name)
        columns["vendor_word"] = column.name
        guessed = {word: category_of(word) for word in column.texts}
        if unknown := [word for word, category in guessed.items() if category is None]:
            self.notes.append(f"Steps without a guess, taken as activity: {', '.join(unknown)}.")
        return {word: category.value if category else "activity" for word, category in guessed.items()}

    def _composite(self, actor: Column) -> Any:
        """Add the country to a name that alone may stand for several people."""
        country = f"{actor.name}_country"
        if country not in self.found.columns:
            return actor.name
        self.taken.add(country)
        self.notes.append(f"{actor.name} together with {country} is taken as the person.")
        return {"columns": [actor.name, country], "name": actor.name}

    def _priority(self, fields: dict[str, Any]) -> None:
        column = self.take("priority")
        if column is None:
            return
        fields["priority_name"] = column.name
        values = {word: priority.value for word in column.texts if (priority := priority_of(word))}
        if len(values) == len(column.texts):
            fields["priority"] = {"column": column.name, "values": values}

    def _further_time(self, column: Column, ticket: dict[str, Any]) -> None:
        for field, role in _TICKET_TIMES.items():
            if field not in ticket and is_named(role, column):
                ticket[field] = {**self.time_rule(column), "take": "final"}
                return
        self.taken.discard(column.name)

    def records(self) -> Proposal:
        """Propose a file of records, of the stream whose fields it names most of."""
        key = self.key_column()
        if key is None:
            raise SettingsError(
                f"{self.found.path.name} has neither a column that tells its rows apart nor the shape of a log.",
                hint="Write the mapping by hand; columns can be joined to a key.",
            )
        stream = max(_RECORD_FIELDS, key=lambda one: self._matches(one, key))
        columns: dict[str, Any] = {"external_id": key.name}
        self.taken.add(key.name)
        if lines := self._not_told_apart(key):
            self.notes.append(
                f"{key.name} is taken as the key, although it is empty or comes again on {remarks.listed(lines)}."
            )
        for field, role in _RECORD_FIELDS[stream].items():
            dated = field.endswith(("_at", "_until"))
            among = [c for c in self.varying if bool(c.formats) == dated]
            if role == "priority":
                self._priority(columns)
            elif column := self.take(role, among):
                columns[field] = self.time_rule(column) if dated else column.name
                self.notes += remarks.of_times(column, is_day=field.endswith("_until"))
                if field == "status":
                    values = {word: found.value for word in column.texts if (found := category_of(word))}
                    columns["status_category"] = {"column": column.name, "values": values}
        if stream == "companies" and "name" not in columns:
            columns["name"] = key.name
        return self._proposal("record", stream, columns)

    def key_column(self) -> Column | None:
        """Return the column that tells the rows apart, or ``None``; one that is named as a key may fail on a few."""
        few = max(1, self.rows // _FEW)
        repeated = few if self.rows >= _FEW / 2 else 0  # in a shorter file it may well be a log
        keys = [
            column
            for column in self.varying
            if not column.formats
            and (
                column.distinct == self.rows
                or (
                    _is_named_key(column)
                    and self.rows - column.filled <= few
                    and column.filled - column.distinct <= repeated
                )
            )
        ]
        return min(
            keys,
            key=lambda column: (
                not _is_named_key(column),
                column.distinct < self.rows,
                rank("id", column),
                rank("case", column),
            ),
            default=None,
        )

    def _not_told_apart(self, key: Column) -> list[int]:
        """Return the lines of the sample on which a key is empty or comes again."""
        known = {""}
        lines = []
        for line, row in zip(self.found.lines, self.found.rows, strict=True):
            text = row.get(key.name, "").strip()
            if text in known or text in self.found.missing:
                lines.append(line)
            known.add(text)
        return lines

    def is_list(self, case: Column) -> bool:
        """Say whether each row is a record of its own, although texts of a column repeat as tickets do in a log."""
        key = self.key_column()
        if key is None or key is case:
            return key is case
        if is_key_of("tickets", key):
            return rank("case", key) < rank("case", case)
        return rank("id", key) < NO_RANK == rank("case", case)

    def _matches(self, stream: str, key: Column) -> int:
        named = sum(
            any(rank(role, column) < NO_RANK for column in self.varying) for role in _RECORD_FIELDS[stream].values()
        )
        return named + 2 * is_key_of(stream, key)

    def time_rule(self, column: Column) -> dict[str, Any]:
        """Return how the times of a column are read."""
        rule: dict[str, Any] = {"column": column.name}
        if column.formats != ("iso",):
            rule["format"] = column.formats
        return rule

    def _proposal(
        self,
        layout: str,
        stream: str,
        columns: dict[str, Any],
        *,
        ticket: Any = None,
        words: Any = None,
        derive: tuple[str, ...] = (),
    ) -> Proposal:
        shape, path = self.found.shape, self.found.path
        decimal, of_numbers = remarks.decimal_of(self.found.columns.values())
        left_out = [column for column in self.constant if column.name not in self.taken]
        self.notes += [*of_numbers, *remarks.of_the_rest(self.varying, left_out)]
        custom = {}
        if layout == "event" or "custom_fields" in STREAMS[stream].model_fields:
            custom = {
                column.name: ColumnRule(column=column.name)
                for column in self.varying
                if column.name not in self.taken and not re.search("variant|^(seq|index|row)$", column.name.lower())
            }
        mapping = FileMapping(
            path=path.name,
            layout=layout,
            stream=stream,
            kind="jsonl" if shape.kind == "jsonl" else "auto",
            delimiter=None if shape.delimiter in {None, ","} else shape.delimiter,
            encoding=shape.encoding.name,
            skip_lines=shape.skip_lines,
            header=shape.header,
            names=() if shape.header else shape.names,
            missing=("", *self.found.missing),
            decimal=decimal,
            derive=derive,
            columns={field: ColumnRule.model_validate(rule) for field, rule in columns.items()},
            ticket={field: ColumnRule.model_validate(rule) for field, rule in (ticket or {}).items()},
            custom_fields=custom,
            words={word: WordMeaning.model_validate(meaning) for word, meaning in (words or {}).items()},
        )
        return Proposal(mapping, tuple(self.notes))


def _is_named_key(column: Column) -> bool:
    return rank("id", column) < NO_RANK or rank("case", column) < NO_RANK
