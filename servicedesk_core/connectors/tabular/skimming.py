"""What would not fit of a file, without making a record of each of its rows: of rows alike one is mapped for all."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from servicedesk_core.connectors.tabular.declaration import FileMapping
from servicedesk_core.connectors.tabular.meaning import Means, readers_of
from servicedesk_core.connectors.tabular.values import Kind, Read, field_type
from servicedesk_core.domain import STREAMS, MappingIssue, Ticket
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import VocabularyMapping

Skim = Callable[[Mapping[str, Any]], tuple[MappingIssue, ...]]
"""Says what has no meaning in the raw payload of a row; raises :class:`MappingError` as mapping it would."""

_LOOKED_AT: Final = frozenset({"external_id", "ticket_ref"})
"""Fields without which a row has no key: reading the file has looked at them."""
_BY_ITSELF: Final = frozenset(
    {Kind.INSTANT, Kind.DATE, Kind.AMOUNT, Kind.NUMBER, Kind.INTEGER, Kind.SECONDS, Kind.FLAG}
)
"""Kinds of values that can be read or not, whatever else stands in the row."""
_REMEMBERED: Final = 50_000


def skimming(mapping: FileMapping, vocabulary: VocabularyMapping, means: Means) -> Skim:
    """Make a function that says of a row what ``means`` would, as far as problems go.

    Two rows have the same problems when the columns that are translated, or that name records, say the same, and when
    of every number and time in them the same can be read. On titles and the like nothing depends.

    Args:
        mapping: The declaration.
        vocabulary: The operator's words.
        means: The declaration, compiled.
    """
    alone: list[Read] = []
    compared: set[str] = set()
    for entity, rules in ((STREAMS[mapping.stream], mapping.columns), (Ticket, mapping.ticket)):
        for name, rule in rules.items():
            kind = field_type(entity, name).kind
            if name in _LOOKED_AT or kind is Kind.TEXT:
                continue
            if kind in _BY_ITSELF:
                alone += readers_of({name: rule}, entity, mapping, vocabulary).values()
            else:
                compared.update(rule.sources)
    columns = sorted(compared)
    known: dict[tuple[Any, ...], tuple[MappingIssue, ...] | MappingError] = {}

    def skim(raw: Mapping[str, Any]) -> tuple[MappingIssue, ...]:
        if "problem" in raw or not raw["key"].isprintable():
            return means(raw).issues
        cells, issues = raw["row"], list[MappingIssue]()
        empty = [read(cells, issues) is None for read in alone]
        key = (*map(cells.get, columns), *empty, *((one.field, one.value) for one in issues))
        found = known.get(key)
        if found is None:
            try:
                found = means(raw).issues
            except MappingError as error:
                found = error
            if len(known) >= _REMEMBERED:
                known.clear()
            known[key] = found
        if isinstance(found, MappingError):
            raise found
        return found

    return skim
