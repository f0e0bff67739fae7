"""The public SQL views: what Power BI, Grafana, a notebook or ``sqlite3`` may rely on.

One view for each stream, ``v_`` and its name, with the live rows only (nothing that is gone at the vendor), derived
from the domain classes like the tables, and two about the work of the desk itself. The tables behind them are private.

Conventions of :data:`VIEWS_VERSION` 1:

* ``connection`` names the connection; ``external_id`` is the vendor's id; a record is unique by both. ``*_ref`` columns
  hold the ``external_id`` of a record of the same connection; beside each stands the name of what it points at.
* Instants are in UTC: ISO 8601 text with six decimals and ``Z`` on SQLite, ``timestamptz`` on PostgreSQL. Dates are ISO
  text, or ``date``. Durations (``*_s``) are whole seconds.
* Amounts are exact decimals: text on SQLite, ``numeric`` on PostgreSQL; the currency stands beside them.
* Lists and maps are JSON: text on SQLite, ``jsonb`` on PostgreSQL.
* Truth values are 0 and 1 on SQLite, ``boolean`` on PostgreSQL.

Within a version columns are only added. A column that goes or changes its meaning makes a new version, announced one
release before.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, text

from servicedesk_core.domain import REFERENCES, STREAMS
from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.fields import Field, fields_of
from servicedesk_core.store.queries.names import name_sql

VIEWS_VERSION = 1


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """A column of a view.

    Attributes:
        name: Its name.
        meaning: What it holds.
    """

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class View:
    """A public view.

    Attributes:
        name: Its name.
        meaning: What a row is.
        columns: Its columns, in order.
    """

    name: str
    meaning: str
    columns: tuple[ViewColumn, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    sql: str
    meaning: str


def create(tx: Connection) -> None:
    """Create all views; they must not exist."""
    dialect: Dialect = "sqlite" if tx.dialect.name == "sqlite" else "postgresql"
    for name, sql in definitions(dialect).items():
        tx.execute(text(f"CREATE VIEW {name} AS {sql}".replace(":", r"\:")))


def drop(tx: Connection) -> None:
    """Drop all views, before the tables behind them change."""
    for name in reversed(definitions("sqlite")):
        tx.execute(text(f"DROP VIEW IF EXISTS {name}"))


def describe() -> tuple[View, ...]:
    """Return every view with the meaning of its columns, for the documentation."""
    described = [
        View(
            f"v_{stream}",
            (entity.__doc__ or "").strip().partition("\n")[0],
            tuple(ViewColumn(c.name, c.meaning) for c in _columns(stream, "sqlite")),
        )
        for stream, entity in STREAMS.items()
    ]
    described += [
        View(name, meaning, tuple(ViewColumn(c.name, c.meaning) for c in columns("sqlite")))
        for name, (meaning, columns, _) in _OWN.items()
    ]
    return tuple(described)


def definitions(dialect: Dialect) -> dict[str, str]:
    """Return the query of each view."""
    views = {f"v_{stream}": _select(_columns(stream, dialect), _from(stream)) for stream in STREAMS}
    return views | {name: _select(columns(dialect), source) for name, (_, columns, source) in _OWN.items()}


def _select(columns: list[_Column], source: str) -> str:
    return "SELECT " + ", ".join(f'{c.sql} AS "{c.name}"' for c in columns) + " " + source


def _from(stream: str) -> str:
    joins = [f"FROM {stream} t JOIN sources src ON src.id = t.source_id"]
    joins += [
        f"LEFT JOIN {target} {_alias(column)} ON {_alias(column)}.source_id = t.source_id "
        f'AND {_alias(column)}.external_id = t."{column}"'
        for column, target in _named_references(stream).items()
    ]
    return " ".join(joins) + " WHERE t.gone_at IS NULL"


def _named_references(stream: str) -> dict[str, str]:
    return {c: t for c, t in REFERENCES[stream].items() if c.endswith("_ref") and name_sql(t) is not None}


def _alias(column: str) -> str:
    return f"r_{column.removesuffix('_ref')}"


def _columns(stream: str, dialect: Dialect) -> list[_Column]:
    entity = STREAMS[stream]
    references = _named_references(stream)
    columns = [
        _Column("local_id", "t.local_id", "The desk's own number of the record."),
        _Column("connection", "src.name", "Name of the connection."),
        _Column("external_id", "t.external_id", "The vendor's id."),
    ]
    if stream == "tickets":
        meaning = "Whether it still needs work or attention; a status without a category counts as open."
        columns.append(_Column("is_open", "t.is_open", meaning))
    for field in fields_of(entity):
        info = entity.model_fields[field.name]
        meaning = info.description or field.name.replace("_", " ").capitalize() + "."
        columns.append(_Column(field.name, _readable(field, dialect), meaning))
        if field.name in references:
            alias, target = _alias(field.name), references[field.name]
            columns.append(
                _Column(
                    f"{field.name.removesuffix('_ref')}_name",
                    name_sql(target, alias) or "NULL",
                    f"Name of it, from {target}.",
                )
            )
            if target == "tickets":
                columns.append(_Column(f"{field.name.removesuffix('_ref')}_number", f"{alias}.number", "Its number."))
    if stream == "ticket_events":
        columns += _event_columns()
    columns += [
        _Column("first_seen_at", instant("t.first_seen_at", dialect), "When the desk first saw it."),
        _Column("changed_at", instant("t.changed_at", dialect), "When the desk last saw its content change."),
    ]
    return columns


def _event_columns() -> list[_Column]:
    of_ticket = "ROW_NUMBER() OVER (PARTITION BY t.source_id, t.ticket_ref ORDER BY "
    return [
        _Column("effective_us", "t.effective_at", "The instant in microseconds since 1970, for exact arithmetic."),
        _Column("effective_s", "t.effective_at / 1000000.0", "The instant in seconds since 1970."),
        _Column("recorded_us", "t.first_seen_at", "When the desk learned of it, in microseconds since 1970."),
        _Column(
            "event_no", of_ticket + "t.effective_at, t.source_seq, t.local_id)", "Place in its ticket, by time, from 1."
        ),
        _Column(
            "source_no", of_ticket + "t.source_seq, t.local_id)", "Place in its ticket, by the source's order, from 1."
        ),
    ]


def _readable(field: Field, dialect: Dialect) -> str:
    column = f't."{field.name}"'
    if field.python is datetime:
        return instant(column, dialect)
    if field.python is Decimal:
        return amount(column, dialect)
    if dialect == "postgresql" and field.python is date:
        return f"CAST({column} AS date)"
    if dialect == "postgresql" and field.python in (tuple, dict):
        return f"CAST({column} AS jsonb)"
    return column


def instant(column: str, dialect: Dialect) -> str:
    """Return SQL that shows a stored instant."""
    if dialect == "postgresql":
        return f"(TIMESTAMPTZ 'epoch' + {column} * INTERVAL '1 microsecond')"
    # floor, so that instants before 1970 are right too
    second = f"(({column} - (({column} % 1000000) + 1000000) % 1000000) / 1000000)"
    micro = f"((({column} % 1000000) + 1000000) % 1000000)"
    return f"strftime('%Y-%m-%dT%H:%M:%S', {second}, 'unixepoch') || printf('.%06dZ', {micro})"


def amount(column: str, dialect: Dialect) -> str:
    """Return SQL that shows a stored amount."""
    if dialect == "postgresql":
        return f"CAST({column} AS numeric) / 1000000"
    digits = f"printf('%d.%06d', ABS({column}) / 1000000, ABS({column}) % 1000000)"
    return f"CASE WHEN {column} < 0 THEN '-' || {digits} WHEN {column} >= 0 THEN {digits} END"


def _connection_columns(dialect: Dialect) -> list[_Column]:
    return [
        _Column("connection", "src.name", "Name in the configuration."),
        _Column("connector", "src.connector", "Id of the connector."),
        _Column("environment", "src.environment", "live or sandbox."),
        _Column("account", "src.account", "The vendor's id of the tenant."),
        _Column("account_name", "src.account_name", "The tenant's name."),
        _Column("blocked_reason", "src.blocked_reason", "Why the connection is stopped, if it is."),
        _Column("blocked_at", instant("src.blocked_at", dialect), "Since when it is stopped."),
    ]


def _run_columns(dialect: Dialect) -> list[_Column]:
    counted = {
        "read": "Records read.",
        "new": "Records that were new.",
        "changed": "Records whose content changed.",
        "unchanged": "Records whose content was the same.",
        "quarantined": "Records that did not fit.",
        "gone": "Records marked as gone.",
        "requests": "Requests sent.",
        "seconds": "Time taken.",
    }
    return [
        _Column("run_id", "r.run_id", "Common to all streams of one run."),
        _Column("connection", "src.name", "Name of the connection."),
        _Column("stream", "r.stream", "Which records."),
        _Column("mode", 'r."mode"', "Why they were read."),
        _Column("started_at", instant("r.started_at", dialect), "When it began."),
        _Column("finished_at", instant("r.finished_at", dialect), "When it ended."),
        _Column("outcome", "r.outcome", "How it went."),
        _Column("error_code", "r.error_code", "Code of the error that ended it."),
        *(_Column(name, f'r."{name}"', meaning) for name, meaning in counted.items()),
    ]


def _write_columns(dialect: Dialect) -> list[_Column]:
    return [
        _Column("write_id", "w.id", "Its number."),
        _Column("connection", "w.connection", "Name of the connection."),
        _Column("kind", "w.kind", "What is written and how; the grant that it needs."),
        _Column("state", "w.state", "proposed, queued, sending, confirmed, rejected, in_doubt or discarded."),
        _Column("target_ref", "w.target", "The vendor's id of the record; none for a new one."),
        _Column("parent_ref", "w.parent", "The vendor's id of the parent record."),
        _Column("visibility", "w.visibility", "internal or public where that matters."),
        _Column("reason", "w.reason", "Why, as the proposer gave it."),
        _Column("proposed_by", "w.proposed_by", "Who wanted it."),
        _Column("proposed_at", instant("w.proposed_at", dialect), "When."),
        _Column("decided_by", "w.decided_by", "Who approved or discarded it last."),
        _Column("decided_at", instant("w.decided_at", dialect), "When."),
        _Column("attempts", "w.attempt", "How often sending began."),
        _Column("finished_at", instant("w.finished_at", dialect), "When it was confirmed, rejected or discarded."),
        _Column("written_ref", "w.ref", "The vendor's id of what was written."),
        _Column("error_code", "w.error_code", "Code of the last error."),
        _Column("reverts", "w.reverts", "Number of the write that this one takes back."),
    ]


def _cover_columns(dialect: Dialect) -> list[_Column]:
    def day(column: str) -> str:
        return f"CAST({column} AS date)" if dialect == "postgresql" else column

    ends = "SELECT MAX(e.ends_on) FROM cover_entitlements e WHERE e.fact_id = f.id AND e.covers_hardware"
    rank = " ".join(f"WHEN '{source}' THEN {source.rank}" for source in CoverSource)
    has_covers = "EXISTS (SELECT 1 FROM cover_entitlements e WHERE e.fact_id = f.id)"
    best_first = f"CASE WHEN {has_covers} THEN 0 ELSE 1 END, CASE f.source {rank} END, "
    newest = "COALESCE(f.answered_at, f.asked_at) DESC, f.origin"
    believed = f"ROW_NUMBER() OVER (PARTITION BY d.id, a.local_id ORDER BY {best_first}{newest}) = 1"
    return [
        _Column("device_id", "d.id", "The desk's own number of the device."),
        _Column("manufacturer", "d.manufacturer", "As the maker's connector writes it."),
        _Column("serial_number", "d.serial_number", "As the maker's connector writes it."),
        _Column("product_number", "NULLIF(d.product_number, '')", "The product number that was asked with."),
        _Column("machine_type", "NULLIF(d.machine_type, '')", "The machine type that was asked with."),
        _Column("connection", "src.name", "Connection of the asset record, if the device has one."),
        _Column("asset_ref", "a.external_id", "The vendor's id of the asset record."),
        _Column("company_ref", "a.company_ref", "Client of the asset record."),
        _Column("source", "f.source", "Whose word it is: maker, distributor, project or spreadsheet."),
        _Column("origin", "f.origin", "Connection that said so, or what stands in for one."),
        _Column("outcome", "f.outcome", "What the last look-up came to."),
        _Column("reason", "f.reason", "Why there was no answer."),
        _Column("product", "f.product", "What the source calls the device."),
        _Column("hardware_until", day(f"({ends})"), "Last day of the hardware cover, in the maker's zone, included."),
        _Column(
            "supported_until", day("f.supported_until"), "Last day on which the maker supports the product at all."
        ),
        _Column("asked_at", instant("f.asked_at", dialect), "When the source was last asked."),
        _Column("answered_at", instant("f.answered_at", dialect), "When it last knew the device."),
        _Column("is_believed", believed, "Whether this is the source to believe among those that were asked."),
    ]


def _entitlement_columns(dialect: Dialect) -> list[_Column]:
    def day(column: str) -> str:
        return f"CAST({column} AS date)" if dialect == "postgresql" else column

    return [
        _Column("device_id", "f.device_id", "The desk's own number of the device; see v_cover."),
        _Column("origin", "f.origin", "Connection that said so, or what stands in for one."),
        _Column("number", 'e."number"', "Place in the source's list, from 1."),
        _Column("kind", "e.kind", "Where the cover comes from: base, extended, upgrade, contract or other."),
        _Column("code", "e.code", "The maker's code of the service level."),
        _Column("description", "e.description", "The maker's words."),
        _Column("starts_on", day("e.starts_on"), "First covered day."),
        _Column("ends_on", day("e.ends_on"), "Last covered day, included."),
        _Column("delivery", "e.delivery", "How the maker serves the device."),
        _Column("covers_hardware", "e.covers_hardware", "Whether it is for the hardware; NULL = nobody says."),
        _Column("contract_number", "e.contract_number", "The contract."),
        _Column("vendor_status", "e.vendor_status", "The maker's own word."),
    ]


def _claim_columns(dialect: Dialect) -> list[_Column]:
    def day(column: str) -> str:
        return f"CAST({column} AS date)" if dialect == "postgresql" else column

    shown = (
        "CASE WHEN o.state IN ('proposed', 'queued', 'sending') THEN 'submitting' "
        "WHEN o.state = 'in_doubt' THEN 'in_doubt' ELSE c.state END"
    )
    return [
        _Column("claim_id", "c.claim_id", "The desk's id of the claim, as the manufacturer sees it too."),
        _Column("maker", "c.maker", "The manufacturer."),
        _Column("connection", "c.connection", "Connection to the manufacturer; NULL = none."),
        _Column("by_hand", "c.by_hand", "Whether a person sends it."),
        _Column("ticket_connection", "src.name", "Connection of the ticket."),
        _Column("ticket_ref", "c.ticket_ref", "The vendor's id of the ticket."),
        _Column("asset_ref", "c.asset_ref", "The vendor's id of the device's record."),
        _Column("company_ref", "c.company_ref", "The vendor's id of the client."),
        _Column("serial_number", "c.serial_number", "The device."),
        _Column("state", shown, "Where it stands; submitting and in doubt are what its write says."),
        _Column("vendor_status", "c.vendor_status", "The manufacturer's own word."),
        _Column("ref", "c.ref", "The manufacturer's id of the claim."),
        _Column("is_open", "c.is_open", "Whether something is still expected."),
        _Column("is_approved", "c.is_approved", "What was decided; NULL while nothing was seen."),
        _Column("denial_count", "c.denial_count", "How often it was denied."),
        _Column("failed_on", day("c.failed_on"), "Day of the failure."),
        _Column("filing_due_on", day("c.filing_due_on"), "Last day on which it may arrive."),
        _Column("created_at", instant("c.created_at", dialect), "When it was drafted."),
        _Column("submitted_at", instant("c.submitted_at", dialect), "When the manufacturer had it."),
        _Column("decided_at", instant("c.decided_at", dialect), "When it was last approved or denied."),
        _Column("closed_at", instant("c.closed_at", dialect), "When nothing was expected any more."),
        _Column("polled_at", instant("c.polled_at", dialect), "When it was last asked after."),
    ]


def _claim_line_columns(dialect: Dialect) -> list[_Column]:
    return [
        _Column("claim_id", "c.claim_id", "The claim; see v_claims."),
        _Column("number", 'l."number"', "Place in the claim, from 1."),
        _Column("part_number", "l.part_number", "The failed part."),
        _Column("quantity", amount("l.quantity", dialect), "How many were claimed."),
        _Column("is_approved", "l.is_approved", "What was decided; NULL while it is open."),
        _Column("approved_quantity", amount("l.approved_quantity", dialect), "How many were approved, if told."),
        _Column("reason", "l.reason", "Why, in the manufacturer's words."),
    ]


def _claim_return_columns(dialect: Dialect) -> list[_Column]:
    due = "CAST(r.due_on AS date)" if dialect == "postgresql" else "r.due_on"
    return [
        _Column("claim_id", "c.claim_id", "The claim; see v_claims."),
        _Column("line", "r.line", "Line of the claim, if told."),
        _Column("state", "r.state", "Where the defective part stands."),
        _Column("due_on", due, "Last day on which it is in time."),
        _Column("carrier", "r.carrier", "Who carries it."),
        _Column("tracking", "r.tracking", "Its tracking number."),
        _Column("received_at", instant("r.received_at", dialect), "When the manufacturer had it."),
    ]


def _claim_credit_columns(dialect: Dialect) -> list[_Column]:
    def day(column: str) -> str:
        return f"CAST({column} AS date)" if dialect == "postgresql" else column

    return [
        _Column("claim_id", "c.claim_id", "The claim; see v_claims."),
        _Column("kind", "m.kind", "What the money is for; a fee is money that the manufacturer keeps."),
        _Column("state", "m.state", "Where it stands."),
        _Column("claimed", amount("m.claimed", dialect), "What was asked for."),
        _Column("approved", amount("m.approved", dialect), "What was agreed."),
        _Column("currency", "m.currency", "ISO 4217 code."),
        _Column("reference", "m.reference", "The manufacturer's document."),
        _Column("approved_on", day("m.approved_on"), "Day on which it was first seen as agreed."),
        _Column("issued_on", day("m.issued_on"), "Day on which it was issued."),
    ]


def _claim_event_columns(dialect: Dialect) -> list[_Column]:
    return [
        _Column("claim_id", "c.claim_id", "The claim; see v_claims."),
        _Column("at", instant('e."at"', dialect), "When it happened, by the manufacturer's clock where it tells."),
        _Column("recorded_at", instant("e.recorded_at", dialect), "When the desk learned of it."),
        _Column("kind", "e.kind", "What happened."),
        _Column("state_before", 'e."before"', "State before, where it changed."),
        _Column("state_after", 'e."after"', "State after."),
        _Column("vendor_status", "e.vendor_status", "The manufacturer's own word."),
        _Column("is_inferred", "e.is_inferred", "Whether it was not seen, but must have been."),
        _Column("actor", "e.actor", "Who; maker for the manufacturer."),
    ]


_COVER = (
    "FROM cover_facts f JOIN cover_devices d ON d.id = f.device_id "
    "LEFT JOIN cover_assets ca ON ca.device_id = d.id "
    "LEFT JOIN assets a ON a.local_id = ca.asset_id AND a.gone_at IS NULL "
    "LEFT JOIN sources src ON src.id = a.source_id"
)

_OWN = {
    "v_cover": (
        "What one source says about the cover of one device; a device of several asset records has a row for each.",
        _cover_columns,
        _COVER,
    ),
    "v_entitlements": (
        "One cover that a source lists for a device.",
        _entitlement_columns,
        "FROM cover_entitlements e JOIN cover_facts f ON f.id = e.fact_id",
    ),
    "v_claims": (
        "A claim against a manufacturer.",
        _claim_columns,
        "FROM claims c LEFT JOIN outbox o ON o.id = c.sent_as LEFT JOIN sources src ON src.id = c.ticket_source_id",
    ),
    "v_claim_lines": (
        "A part of a claim, with what was decided about it.",
        _claim_line_columns,
        "FROM claim_lines l JOIN claims c ON c.id = l.claim",
    ),
    "v_claim_returns": (
        "A defective part that a manufacturer wants back.",
        _claim_return_columns,
        "FROM claim_returns r JOIN claims c ON c.id = r.claim",
    ),
    "v_claim_credits": (
        "Money of a claim.",
        _claim_credit_columns,
        "FROM claim_credits m JOIN claims c ON c.id = m.claim",
    ),
    "v_claim_events": (
        "A step of a claim's history.",
        _claim_event_columns,
        "FROM claim_events e JOIN claims c ON c.id = e.claim",
    ),
    "v_connections": ("A connection of the desk.", _connection_columns, "FROM sources src"),
    "v_writes": ("A write that was proposed, with where it stands.", _write_columns, "FROM outbox w"),
    "v_runs": (
        "A stream's part of a sync run.",
        _run_columns,
        "FROM runs r JOIN sources src ON src.id = r.source_id",
    ),
}
