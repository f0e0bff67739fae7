"""The first look at a page: what can be stored at all, and a fingerprint of each payload."""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from servicedesk_core.hooks.pulling import SourceRecord

ID_LENGTH: Final = 255


class Arrived(NamedTuple):
    """A record that may be stored.

    Attributes:
        external_id: The vendor's id.
        raw: The payload.
        raw_hash: Fingerprint of the payload, independent of the order of its keys.
    """

    external_id: str
    raw: Mapping[str, Any]
    raw_hash: bytes


class Rejected(NamedTuple):
    """A record for the quarantine.

    Attributes:
        external_id: The vendor's id, or ``?`` and a fingerprint where there is no usable one.
        reason: Why; no record text.
        raw: The payload, as far as it can be stored.
    """

    external_id: str
    reason: str
    raw: Mapping[str, Any] | None


class Intake(NamedTuple):
    """What a page came to.

    Attributes:
        arrived: Records that may be stored, each id once.
        rejected: Records for the quarantine.
        size: Bytes of payload as JSON.
    """

    arrived: list[Arrived]
    rejected: list[Rejected]
    size: int


def fingerprint(raw: Mapping[str, Any]) -> tuple[bytes, int]:
    """Return a payload's fingerprint and its size as JSON.

    Raises:
        orjson.JSONEncodeError: It is not JSON: a number beyond 64 bits, broken text, a foreign type.
    """
    canonical = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
    return blake2b(canonical, digest_size=16).digest(), len(canonical)


def take_in(records: Iterable[SourceRecord]) -> Intake:
    """Check and fingerprint the records of a page.

    A record that comes twice with one content counts once; with two contents the later one is kept, as the newer, and
    the id is put into quarantine for somebody to look at.
    """
    arrived: dict[str, Arrived] = {}
    rejected: list[Rejected] = []
    total = 0
    for record in records:
        external_id, raw = record
        if raw is None:
            continue
        try:
            raw_hash, size = fingerprint(raw)
        except orjson.JSONEncodeError as error:
            rejected.append(Rejected(_usable_id(record), f"The payload is not valid JSON: {error}.", _as_json(raw)))
            continue
        total += size
        if not isinstance(external_id, str) or not external_id or len(external_id) > ID_LENGTH:
            reason = f"The id is missing, not text, or longer than {ID_LENGTH} characters."
            rejected.append(Rejected(_usable_id(record), reason, raw))
            continue
        earlier = arrived.get(external_id)
        if earlier is not None and earlier.raw_hash != raw_hash:
            rejected.append(
                Rejected(external_id, "The vendor sent this id twice on one page; the later one was kept.", earlier.raw)
            )
        arrived[external_id] = Arrived(external_id, raw, raw_hash)
    return Intake(list(arrived.values()), rejected, total)


def _usable_id(record: SourceRecord) -> str:
    if isinstance(record.external_id, str) and 0 < len(record.external_id) <= ID_LENGTH:
        return record.external_id
    text = json.dumps(record.raw, sort_keys=True, default=repr).encode("utf-8", "replace")
    return f"?{blake2b(text, digest_size=8).hexdigest()}"


def _as_json(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload with what JSON cannot say as text."""
    return {str(key): _plain(value) for key, value in raw.items()}


def _plain(value: Any) -> Any:
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, default=repr)
    return value
