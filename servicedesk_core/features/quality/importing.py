"""Answers of surveys from a file: its columns are proposed from their names, or declared."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.connectors.tabular import instants, reading, values
from servicedesk_core.connectors.tabular.opening import opened
from servicedesk_core.connectors.tabular.profile import profile
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.kpi import closed
from servicedesk_core.features.quality.answers import FEWEST, IMPOSSIBLE, Answer, doubt, repeats
from servicedesk_core.features.quality.kinds import SURVEYS, Asks, Survey
from servicedesk_core.features.quality.model import BadLine, Taken
from servicedesk_core.features.quality.tables import answers
from servicedesk_core.store import Tx, erased_people
from servicedesk_core.wording import counted

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "answered_at": ("answered", "answeredat", "date", "time", "timestamp", "completed", "completedat", "submitted",
                    "submittedat", "submitdate", "responsedate", "received"),
    "score": ("score", "rating", "value", "points", "nps", "csat", "perceived"),
    "survey": ("survey", "surveyname", "questionnaire", "form"),
    "question": ("question", "statement", "item"),
    "ticket": ("ticket", "ticketnumber", "ticketno", "ticketid", "case", "casenumber"),
    "contact": ("contact", "email", "emailaddress", "mail", "respondent", "name", "user"),
    "comment": ("comment", "comments", "remark", "text", "feedback"),
    "id": ("id", "responseid", "answerid", "submissionid", "responsenumber"),
}  # fmt: skip
_REQUIRED: Final = ("answered_at", "score")
_KEPT: Final = 20
_LARGEST: Final = 1_000_000


@dataclass(slots=True)
class Row:
    """An answer as a file has it."""

    line: int
    survey: str
    at: datetime
    score: Decimal
    question: str
    ticket: str
    contact: str
    comment: str
    id: str
    before: int = 0
    """How many rows before it say the same, and not who says it."""

    @property
    def key(self) -> str:
        """What tells it from other answers, in this file and the next one."""
        said: tuple[str, ...] = (self.id,)
        if not self.id:
            said = (self.at.isoformat(), str(self.score), self.question, self.ticket, self.contact, self.comment)
            said += (str(self.before),) if self.before else ()
        return sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()


@dataclass(slots=True)
class Read:
    """What was read of a file."""

    path: Path
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    count: int = 0
    rows: list[Row] = field(default_factory=list)
    left_out: int = 0
    bad: list[BadLine] = field(default_factory=list)

    def leave_out(self, line: int, reason: str, rows: int = 1) -> None:
        """Count rows that are left out; the first ones are named."""
        self.left_out += rows
        if len(self.bad) < _KEPT:
            self.bad.append(BadLine(line, reason))


def read(path: Path, *, declared: Mapping[str, str], dates: str | None, zone: str, survey: str) -> Read:
    """Read answers of surveys from a file.

    Args:
        path: A CSV or JSONL file.
        declared: By field, the column that feeds it; the others are proposed.
        dates: How times are read; ``None`` = as they themselves show.
        zone: IANA zone of times that carry none.
        survey: Which survey it is, where no column says so.

    Raises:
        SettingsError: A column that is needed is missing, or times can be read in two ways.
        ConnectorError: The file cannot be read.
    """
    found = profile(path)
    columns = _columns(path, tuple(found.columns), declared)
    if "survey" not in columns and not survey:
        raise SettingsError("Nothing says which survey it is.", hint="Name it: --survey NAME.")
    times = found.columns[columns["answered_at"]]
    if dates is None and times.ambiguous:
        raise SettingsError(
            f"The times of the column {times.name!r} can be read day first or month first.",
            hint="Say which: --dates day-first or --dates month-first.",
        )
    try:
        parse = instants.parser((instants.check_format(dates),) if dates else times.formats, zone)
    except ValueError as error:
        raise SettingsError(f"{error}.", hint="Write --dates day-first, or a pattern such as %d.%m.%Y.") from None
    result = Read(path, columns, tuple(name for name in found.columns if name not in columns.values()))
    alike = Counter[tuple[str, str]]()
    with opened(path) as stream:
        for row in reading.rows(stream, path, found.shape.mapping(path)):
            result.count += 1
            if row.problem:
                result.leave_out(row.line, row.problem)
                continue
            cells = {name: row.cells.get(column, "").strip() for name, column in columns.items()}
            try:
                at = parse(cells["answered_at"])
            except ValueError:
                result.leave_out(row.line, "Nothing says when it was answered, or not as the other rows do.")
                continue
            try:
                score = _number(cells["score"])
            except ValueError as error:
                result.leave_out(row.line, str(error))
                continue
            one = Row(
                line=row.line,
                survey=cells.get("survey") or survey,
                at=at,
                score=score,
                question=cells.get("question", ""),
                ticket=cells.get("ticket", ""),
                contact=cells.get("contact", ""),
                comment=cells.get("comment", ""),
                id=cells.get("id", ""),
            )
            if not (one.contact or one.ticket):  # two people may say the same on the same day
                same = one.survey.casefold(), one.key
                one.before = alike[same]
                alike[same] += 1
            result.rows.append(one)
    return result


def _number(text: str) -> Decimal:
    if not text:
        raise ValueError("There is no score.")
    read = {values.read_number(text, sign) for sign in ".," if values.is_number(text, sign)}
    found = [number for number in read if abs(number) < _LARGEST]
    if not found:
        raise ValueError("The score is no number.")
    if len(read) > 1:
        raise ValueError(f"The score can be read as {' or as '.join(f'{one.normalize():f}' for one in sorted(read))}.")
    return found[0]


def _columns(path: Path, names: Sequence[str], declared: Mapping[str, str]) -> dict[str, str]:
    for target, column in declared.items():
        if target not in _NAMES:
            what = f'There is no field "{target}".{did_you_mean(target, _NAMES)}'
        elif column not in names:
            what = f'{path} has no column "{column}".{did_you_mean(column, names)}'
        else:
            continue
        raise SettingsError(what, hint=f"Fields: {', '.join(_NAMES)}. Columns: {', '.join(names)}.")
    plain = {re.sub(r"[^a-z]", "", name.lower()): name for name in reversed(names) if name not in declared.values()}
    found = dict(declared)
    for target, words in _NAMES.items():
        fitting = (plain[word] for word in words if word in plain and plain[word] not in found.values())
        if target not in found and (first := next(fitting, None)) is not None:
            found[target] = first
    if lacking := [name for name in _REQUIRED if name not in found]:
        raise SettingsError(
            f"No column of {path} seems to hold {' and '.join(lacking)}.",
            hint=f"Say which: --column {lacking[0]}=NAME. Columns: {', '.join(names)}.",
        )
    return {name: found[name] for name in _NAMES if name in found}


class Keeping:
    """What of a file is new to a store.

    Args:
        tx: A transaction; one that writes, unless it is a dry run.
        read: What was read.
        now: The current instant.
        zone: Where months begin.
    """

    def __init__(self, tx: Tx, read: Read, *, now: datetime, zone: str) -> None:
        self._tx, self._read, self._now, self._zone = tx, read, now, ZoneInfo(zone)
        self._surveys = {one.name.casefold(): one for one in answers.surveys(tx, now)}
        self._told = {"new": 0, "known": 0, "impossible": 0, "repeated": 0, "without_ticket": 0}

    def take(self, *, replace: bool, dry_run: bool) -> Taken:
        """Keep what is new, and say what was there.

        Args:
            replace: Whether answers of our people take the place of those of the same months.
            dry_run: Whether to keep nothing.

        Raises:
            SettingsError: No definition says the scale of a survey.
        """
        by_survey: dict[str, list[Row]] = {}
        for row in self._read.rows:
            by_survey.setdefault(self._survey(row.survey).name, []).append(row)
        for name, rows in by_survey.items():
            survey = self._surveys[name.casefold()]
            if survey.asks is Asks.STAFF:
                new = self._of_staff(survey, rows, replace=replace)
                if replace and not dry_run:
                    answers.forget_months(self._tx, survey.name, {row["answered_at"] for row in new})
            else:
                new = self._of_clients(survey, rows)
            if not dry_run:
                answers.put(self._tx, new)
        read = self._read
        return Taken(
            file=str(read.path),
            is_kept=not dry_run and self._told["new"] > 0,
            columns=read.columns,
            unused=read.unused,
            rows=read.count,
            left_out=read.left_out,
            bad=tuple(read.bad),
            **self._told,
        )

    def _survey(self, name: str) -> Survey:
        if (found := self._surveys.get(name.casefold())) is None:
            known = [one.name for one in self._surveys.values()]
            message = f'No definition says the scale of the survey "{name}".{did_you_mean(name, known)}'
            raise SettingsError(message, hint=f'Write it as [{SURVEYS.name}."{name}"], and apply it.')
        return found

    def _of_clients(self, survey: Survey, rows: Sequence[Row]) -> list[dict[str, Any]]:
        keys = [row.key for row in rows]
        blinded = erased_people.blinded(self._tx, keys)
        known = answers.known(self._tx, survey.name, [*keys, *blinded.values()])
        new = {key: row for key, row in zip(keys, rows, strict=True) if known.isdisjoint((key, blinded.get(key, key)))}
        self._told["known"] += len(rows) - len(new)
        tickets = answers.tickets(self._tx, (row.ticket for row in new.values()))
        hidden = erased_people.load(self._tx, 0)
        self._told["new"] += len(new)
        self._told["impossible"] += sum(
            doubt(one.score, one.at, survey, self._now) == IMPOSSIBLE for one in new.values()
        )
        voices = [
            Answer(key, survey.name, one.at, one.score, "", one.contact, one.ticket, one.question)
            for key, one in new.items()
        ]
        self._told["repeated"] += repeats(voices)
        self._told["without_ticket"] += sum(bool(one.ticket) and one.ticket not in tickets for one in new.values())
        kept = []
        for key, one in new.items():
            source_id, ref = tickets.get(one.ticket, (None, None))
            values = {
                "source_id": source_id,
                "ticket_ref": ref,
                "ticket": one.ticket or None,
                "question": one.question or None,
            }
            said = {name: hidden.scrub_text(getattr(one, name), names=True) or None for name in ("contact", "comment")}
            is_told = any((getattr(one, name) or None) != text for name, text in said.items())
            kept.append(self._row(survey, blinded[key] if is_told else key, one.at, one.score) | values | said)
        return kept

    def _of_staff(self, survey: Survey, rows: Sequence[Row], *, replace: bool) -> list[dict[str, Any]]:
        """Return the answers of whole months: one more later would tell who gave it."""
        months: dict[datetime, dict[tuple[str, str], Row]] = {}
        for row in rows:
            first = row.at.astimezone(self._zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            mine = months.setdefault(first.astimezone(UTC), {})
            mine[row.question, row.contact.strip().casefold() or row.key] = row
        frozen = {str(one) for one in closed(self._tx)}
        there = {} if replace else answers.months_of_staff(self._tx, survey.name, months)
        kept: list[dict[str, Any]] = []
        for month, said in sorted(months.items()):
            name = f"{(month + timedelta(days=15)):%Y-%m}"
            if replace and name in frozen:
                self._told["known"] += len(said)
                why = (
                    f"{name} is closed: its figure stays, and another beside it would tell one answer from the others."
                )
                self._read.leave_out(min(row.line for row in said.values()), why)
            elif month in there:
                self._told["known"] += len(said)
                why = f"{name} is there with {counted(there[month], 'answer')}; --replace takes this file in its place."
                self._read.leave_out(min(row.line for row in said.values()), why)
            elif _people(said.values()) < FEWEST:
                why = f"In {name} less than {FEWEST} people answered, which would tell who they are."
                self._read.leave_out(min(row.line for row in said.values()), why, len(said))
            else:
                self._told["new"] += len(said)
                scores = sorted(row.score for row in said.values())
                self._told["impossible"] += sum(
                    doubt(score, month, survey, self._now) == IMPOSSIBLE for score in scores
                )
                kept += [
                    self._row(survey, f"{name}/{number}", month, score) | {"of_staff": True}
                    for number, score in enumerate(scores, 1)
                ]
        self._told["repeated"] += len(rows) - sum(map(len, months.values()))
        return kept

    def _row(self, survey: Survey, key: str, at: datetime, score: Decimal) -> dict[str, Any]:
        about = dict.fromkeys(("question", "source_id", "ticket_ref", "ticket", "contact", "comment"))
        return {
            "survey": survey.name,
            "key": key,
            "of_staff": False,
            "answered_at": at,
            "score": score,
            "imported_at": self._now,
            **about,
        }


def _people(rows: Iterable[Row]) -> int:
    """Return how many people answered at the least: each who is named, and as many others as answered one question."""
    everything = tuple(rows)
    named = {row.contact.strip().casefold() for row in everything if row.contact.strip()}
    others = Counter(row.question for row in everything if not row.contact.strip())
    return len(named) + max(others.values(), default=0)
