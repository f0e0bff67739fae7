"""One of our people among those who were weighed when tickets were given away."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Text, or_, select, type_coerce, update

from servicedesk_core.store.erased_people import ERASED
from servicedesk_core.store.schema import assignments

_A = assignments.c


def weighing(tx: Connection, source_id: int, ref: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each choice in which a technician was weighed, with what it says of them.

    Args:
        tx: Any transaction.
        source_id: The connection.
        ref: The vendor's id of the technician.
    """
    for row in tx.execute(_about(source_id, ref)).all():
        said = {"ranking": _of(row.ranking, ref), "refused": _of(row.refused, ref)}
        if said["ranking"] or said["refused"] or ref in {row.technician_ref, row.recommended_ref}:
            first = {"is_recommended": row.recommended_ref == ref, "is_chosen": row.technician_ref == ref}
            yield row.id, {"ticket": row.ticket_ref, "at": row.at, **first, **said}


def forget(tx: Connection, source_id: int, ref: str) -> int:
    """Take a technician out of who was weighed; who got the ticket stays, as it does at the vendor.

    The score of a place stays too, for how sure the choice was; what made it up and why somebody was refused do not.

    Returns:
        How many choices it met.
    """
    met = 0
    for row in tx.execute(_about(source_id, ref)).all():
        is_passed_over = row.recommended_ref == ref != row.technician_ref
        if not (is_passed_over or _of(row.ranking, ref) or _of(row.refused, ref)):
            continue
        values: dict[str, Any] = {
            "ranking": [_blank(each, ref, parts={}) for each in row.ranking],
            "refused": [_blank(each, ref, reasons=[]) for each in row.refused],
        }
        if is_passed_over:
            values["recommended_ref"] = ERASED
        tx.execute(update(assignments).where(_A.id == row.id).values(values))
        met += 1
    return met


def _about(source_id: int, ref: str) -> Any:
    texts = (type_coerce(one, Text) for one in (_A.ranking, _A.refused))
    weighed = (text.contains(ref, autoescape=True) for text in texts)
    named = or_(_A.technician_ref == ref, _A.recommended_ref == ref, *weighed)
    return select(assignments).where(_A.source_id == source_id, named).order_by(_A.id)


def _of(several: Any, ref: str) -> list[Any]:
    return [each for each in several if each["technician"] == ref]


def _blank(each: dict[str, Any], ref: str, **without: Any) -> dict[str, Any]:
    return each | {"technician": ERASED} | without if each["technician"] == ref else each
