"""Cheap checks of what a hook answered; each returns what is wrong, or ``None``."""

from collections.abc import Mapping, Sequence
from typing import Any

from servicedesk_core.domain import Entity
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.hooks.pulling import NO_STAMPS, FetchOutcome, FetchStatus, Mapped, Page, SourceRecord

LONGEST_RESUME = 4096
LONGEST_VERSION = 64


def wrong_type(value: object, expected: type | tuple[type, ...]) -> str | None:
    """Check the class of an answer; ``bool`` is not accepted as a number."""
    if isinstance(value, expected) and not (isinstance(value, bool) and expected is int):
        return None
    names = expected if isinstance(expected, tuple) else (expected,)
    return f"it answered {_name(value)}, not {' or '.join(one.__name__ for one in names)}"


def wrong_items(value: object, expected: type) -> str | None:
    """Check that an answer is a tuple or list of one class."""
    if not isinstance(value, tuple | list):
        return f"it answered {_name(value)}, not a tuple of {expected.__name__}"
    stranger = next((item for item in value if not isinstance(item, expected)), None)
    if stranger is not None or None in value:
        return f"it answered a tuple with {_name(stranger)} in it, not only {expected.__name__}"
    return None


def wrong_page(page: Any) -> str | None:
    """Check the shape of a page and of each of its records."""
    if not isinstance(page, Page):
        return f"it yielded {_name(page)}, not Page"
    return wrong_type(page.last, bool) or _wrong_position(page) or wrong_records(page.records)


def wrong_children(page: Any) -> str | None:
    """Check the shape of a page of children, of which only the records and the end are looked at."""
    if not isinstance(page, Page):
        return f"it yielded {_name(page)}, not Page"
    if any(record.raw is None for record in page.records if isinstance(record, SourceRecord)):
        return "a child came without its payload"
    return wrong_type(page.last, bool) or wrong_records(page.records)


def _wrong_position(page: Any) -> str | None:
    if page.resume is None and not page.last:
        return "a page that is not the last one has no resume, so the pass could not go on from it"
    if page.resume is not None and (not isinstance(page.resume, str) or len(page.resume) > LONGEST_RESUME):
        return f"Page.resume must be text of at most {LONGEST_RESUME} characters"
    if page.max_stamp is not None and getattr(page.max_stamp, "tzinfo", None) is None:
        return "Page.max_stamp has no time zone"
    return wrong_items(tuple(page.gone), str) if isinstance(page.gone, Sequence) else "Page.gone is no sequence of ids"


def wrong_records(records: Any) -> str | None:
    """Check the shape of records. A bad id is the vendor's fault and concerns one record, which goes to quarantine."""
    if not isinstance(records, Sequence) or isinstance(records, str | bytes):
        return f"the records are {_name(records)}, not a sequence of SourceRecord"
    for record in records:
        if not isinstance(record, SourceRecord):
            return f"a record is {_name(record)}, not SourceRecord"
        raw: Any = record.raw
        # The usual record needs no more than two looks.
        if type(raw) is not dict and raw is not None and not isinstance(raw, Mapping):
            return f"a raw payload is {_name(raw)}, not a mapping"
        if record.stamps is not NO_STAMPS and any(
            getattr(stamp, "tzinfo", None) is None for stamp in record.stamps.values()
        ):
            return "a stamp of a record has no time zone"
    return None


def wrong_fetch(outcome: Any) -> str | None:
    """Check one outcome of a fetch."""
    if not isinstance(outcome, FetchOutcome):
        return f"it yielded {_name(outcome)}, not FetchOutcome"
    if outcome.status is FetchStatus.MERGED and (
        not isinstance(outcome.into, str) or outcome.into in {"", outcome.ref}
    ):
        return "a merged record does not say into which other one"
    return wrong_type(outcome.status, FetchStatus) or wrong_records(outcome.records)


def wrong_outcome(outcome: object, expected: type) -> str | None:
    """Check one outcome whose item is typed."""
    if not isinstance(outcome, ItemOutcome):
        return f"it yielded {_name(outcome)}, not ItemOutcome"
    if outcome.status is FetchStatus.FOUND:
        return wrong_type(outcome.item, expected)
    return wrong_type(outcome.status, FetchStatus)


def wrong_mapped(mapped: Any, expected: type[Entity]) -> str | None:
    """Check what a raw record was mapped to."""
    if not isinstance(mapped, Mapped):
        return f"it answered {_name(mapped)}, not Mapped"
    if not isinstance(mapped.entity, expected):
        return f"it mapped the record to {_name(mapped.entity)}, not {expected.__name__}"
    if mapped.also and not all(isinstance(one, Entity) for one in mapped.also):
        return "Mapped.also holds something that is no Entity"
    return None


def _name(value: object) -> str:
    return "None" if value is None else type(value).__name__
