"""How a file is read and what its columns mean: the mapping as an operator writes it."""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from servicedesk_core.connectors.tabular.instants import check_format, check_zone
from servicedesk_core.connectors.tabular.opening import ensure_plain
from servicedesk_core.domain import STREAMS, EventType, Model, StatusCategory, Ticket, TicketEvent, plain_name
from servicedesk_core.domain.folding import Derivable
from servicedesk_core.errors import SettingsError

CODE_VERSION = "2"
"""Part of every mapping version; raised when the same declaration comes to mean something else."""

Formats = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
ColumnName = Annotated[str, AfterValidator(plain_name)]
Zone = Annotated[str, BeforeValidator(check_zone)]


class ColumnRule(Model):
    """Where the value of one field comes from. A bare text in the mapping is short for ``{ column = "…" }``."""

    column: ColumnName | None = Field(default=None, description="Column of the file.")
    columns: tuple[ColumnName, ...] = Field(default=(), description="Several columns, joined.")
    join: str = Field(default=" / ", description="What stands between joined columns.")
    constant: str | None = Field(default=None, description="The same value for every row.")
    format: Formats = Field(
        default=(),
        description='How times are written, tried in this order: "iso", "day-first", "month-first", "year-first", '
        '"epoch_s", "epoch_ms", or a strptime pattern; "iso" when left out.',
    )
    timezone: Zone | None = Field(default=None, description="IANA zone of times that carry none.")
    values: dict[str, str] = Field(default_factory=dict, description="The file's words, translated.")
    missing: tuple[str, ...] | None = Field(default=None, description="Texts that mean nothing was said.")
    none: tuple[str, ...] = Field(
        default=(),
        description="Texts that say that there is none any more: an event ends the value of a ticket by them.",
    )
    decimal: Literal[".", ","] | None = Field(default=None, description="Decimal sign of numbers.")
    unit: Literal["seconds", "minutes", "hours", "days"] = Field(default="seconds", description="Unit of durations.")
    separator: str = Field(default=";", description="What separates the items of a list.")
    name: ColumnName | None = Field(
        default=None, description="For a reference: the column that holds the record's name."
    )
    take: Literal["last", "first", "final"] | None = Field(
        default=None,
        description="For a ticket of an event log: whether the last or the first event's value counts; "
        '"final" for a value of the whole ticket that is repeated on every row and is no part of its history.',
    )

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @field_validator("format")
    @classmethod
    def _known_formats(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check_format(one) for one in formats)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum((self.column is not None, bool(self.columns), self.constant is not None)) != 1:
            msg = 'name exactly one of "column", "columns" and "constant"'
            raise ValueError(msg)
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns that the value is made of."""
        return self.columns or ((self.column,) if self.column is not None else ())


class WordMeaning(Model):
    """What a step of an event log means.

    In the mapping a bare text is a status category ("resolved": the ticket's status becomes that), a type of event
    ("assigned"), or "activity" for a step that changes nothing.
    """

    type: EventType | None = Field(default=None, description="Type of event.")
    status_category: StatusCategory | None = Field(default=None, description="The status that it sets.")
    status: str | None = Field(default=None, description="Name of that status; the word itself when left out.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        meaning: dict[str, str] = {}
        if value in set(StatusCategory):
            meaning["status_category"] = value
        if value in set(EventType):
            meaning["type"] = value
        if not meaning:
            msg = (
                f'"{value}" is neither a status category ({", ".join(StatusCategory)}) '
                f"nor a type of event ({', '.join(EventType)})"
            )
            raise ValueError(msg)
        return meaning

    @property
    def event_type(self) -> EventType:
        """The type of event, derived from the status when it is not said."""
        return self.type or (EventType.STATUS_CHANGED if self.status_category else EventType.ACTIVITY)


class FileMapping(Model):
    """One file, or one family of files, and what its rows mean."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    path: str = Field(min_length=1, description='The file; a pattern such as "exports/*.csv" names many.')
    name: str = Field(default="", description="Tells mappings of the same stream apart; needed when there are several.")
    layout: Literal["event", "record"] = Field(default="record", description="One row per event, or one per record.")
    stream: str = Field(default="ticket_events", description="What the rows are.")
    kind: Literal["auto", "csv", "tsv", "jsonl"] = Field(default="auto", description="Format; auto looks at the name.")
    delimiter: str | None = Field(default=None, min_length=1, max_length=1, description="Separates columns.")
    quote: str = Field(default='"', max_length=1, description='Quotes cells; "" when nothing is quoted.')
    encoding: str = Field(default="utf-8-sig", description="Encoding of the text.")
    skip_lines: int = Field(default=0, ge=0, description="Lines above the table that are passed over, such as a title.")
    header: bool = Field(default=True, description="Whether the first row names the columns.")
    names: tuple[ColumnName, ...] = Field(default=(), description="Names of the columns of a file without a header.")
    timezone: Zone | None = Field(default=None, description="IANA zone of times that carry none; UTC when left out.")
    missing: tuple[str, ...] = Field(default=("",), description="Texts that mean nothing was said.")
    decimal: Literal[".", ","] = Field(default=".", description="Decimal sign of numbers.")
    order: Literal["time", "file"] = Field(
        default="time", description="What orders the events of a ticket; ties by time are in the order of the file."
    )
    duplicates: Literal["keep", "drop"] = Field(default="keep", description="What becomes of an exact repetition.")
    attributes: Literal["last", "first"] = Field(
        default="last", description="Which event's value a ticket takes when its rows differ."
    )
    derive: tuple[Derivable, ...] = Field(
        default=(),
        description="Ticket fields of an event log that follow from its steps where it says nothing of them. What is "
        "not named stays empty then; created_at, creator_ref and last_activity_at only where a column has them.",
    )
    key: tuple[ColumnName, ...] = Field(
        default=(), description="Columns that tell an event of a ticket from another; by default those under columns."
    )
    columns: dict[str, ColumnRule] = Field(description="Field of the record, or of the event, and its column.")
    ticket: dict[str, ColumnRule] = Field(default_factory=dict, description="Ticket field and its column (events).")
    custom_fields: dict[str, ColumnRule] = Field(default_factory=dict, description="Further columns worth keeping.")
    words: dict[str, WordMeaning] = Field(default_factory=dict, description="What the log's own steps mean.")

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            msg = f'"{encoding}" is not an encoding that Python knows; usual ones are utf-8, latin-1, cp1252, utf-16'
            raise ValueError(msg) from None
        return encoding

    @model_validator(mode="after")
    def _fits_the_domain(self) -> Self:
        if self.stream not in STREAMS:
            msg = f'"{self.stream}" is not a stream; streams are {", ".join(STREAMS)}'
            raise ValueError(msg)
        if self.layout == "event" and self.stream != TicketEvent.stream:
            msg = 'layout = "event" reads the stream ticket_events'
            raise ValueError(msg)
        if self.header is False and not self.names and self.kind != "jsonl":
            msg = "a file without a header needs names for its columns"
            raise ValueError(msg)
        entity = STREAMS[self.stream]
        event = self.layout == "event"
        _refuse_unknown("columns", self.columns, set(entity.model_fields) - {"custom_fields"})
        required = {"ticket_ref", "effective_at"} if event else {"external_id"}
        if absent := sorted(required - set(self.columns)):
            msg = f"columns: {' and '.join(absent)} must be mapped"
            raise ValueError(msg)
        if event:
            _refuse_unknown("ticket", self.ticket, set(Ticket.model_fields) - {"external_id", "custom_fields"})
            if self.words and "vendor_word" not in self.columns:
                msg = "words: map the column that holds them as vendor_word"
                raise ValueError(msg)
        elif self.ticket or self.words or self.derive:
            msg = '"ticket", "words" and "derive" belong to layout = "event"'
            raise ValueError(msg)
        elif self.custom_fields and "custom_fields" not in entity.model_fields:
            msg = f"{self.stream} have no custom fields"
            raise ValueError(msg)
        return self

    @property
    def rules(self) -> tuple[ColumnRule, ...]:
        """Every rule of the mapping."""
        return (*self.columns.values(), *self.ticket.values(), *self.custom_fields.values())

    @property
    def used_columns(self) -> frozenset[str]:
        """Every column that the mapping looks at."""
        named = {rule.name for rule in self.rules if rule.name}
        return frozenset(named.union(*(rule.sources for rule in self.rules), self.key))

    @property
    def needed_columns(self) -> frozenset[str]:
        """The columns without which no row can be understood."""
        required = ("ticket_ref", "effective_at") if self.layout == "event" else ("external_id",)
        return frozenset(column for field in required for column in self.columns[field].sources)

    def fingerprint(self) -> str:
        """Return a short text that changes with the meaning of the mapping; moving the file does not change it."""
        text = json.dumps(self.model_dump(mode="json", exclude={"path"}), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def _refuse_unknown(table: str, rules: dict[str, ColumnRule], known: set[str]) -> None:
    if unknown := sorted(set(rules) - known):
        msg = f"{table}: unknown {', '.join(unknown)}; fields are {', '.join(sorted(known))}"
        raise ValueError(msg)


class MappingFile(Model):
    """A TOML file of its own that holds mappings: the tables ``[[files]]``."""

    files: tuple[FileMapping, ...] = Field(min_length=1)


def load_mapping(path: Path) -> tuple[FileMapping, ...]:
    """Read a mapping file.

    Args:
        path: A TOML file with ``[[files]]`` tables.

    Raises:
        SettingsError: It is no plain file, cannot be read, or does not describe a mapping.
    """
    try:
        ensure_plain(path)
        # A byte order mark is no part of the text; editors write one unasked.
        return MappingFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig"))).files
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SettingsError(f"The mapping file {path} cannot be read: {reason}.", hint="Check mapping_file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The mapping file {path} is not valid TOML: {error}.") from error
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        # A table that is wrong is also missing from the list, which says nothing more.
        telling = [one for one in found if one["type"] != "too_short"] or found
        problems = "; ".join(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg'].removeprefix('Value error, ')}"
            for one in telling
        )
        raise SettingsError(
            f"The mapping file {path} is wrong: {problems}.",
            hint="Correct it; `servicedesk mapping check FILE --mapping` shows what it makes of a file.",
        ) from error
