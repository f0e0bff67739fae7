"""What a raw record means: one function a stream, put together once for a tenant's lists and an operator's words."""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from servicedesk_autotask.meaning import mappings, shapes
from servicedesk_autotask.meaning.attachments import AttachmentMapping
from servicedesk_autotask.meaning.history import HistoryReader
from servicedesk_autotask.meaning.lists import TenantLists
from servicedesk_autotask.meaning.reader import Reader
from servicedesk_autotask.meaning.shape import Shape
from servicedesk_autotask.meaning.tickets import NoteMapping, TicketMapping, TicketWords
from servicedesk_autotask.meaning.values import Raw, UnusableValueError
from servicedesk_autotask.meaning.vocabulary import digest as words_digest
from servicedesk_autotask.reading.keyset import row_id
from servicedesk_autotask.reading.stream import ENTITY, Stream
from servicedesk_autotask.reading.streams import STREAMS
from servicedesk_core.domain import Entity, MappingIssue
from servicedesk_core.errors import MappingError, UnsupportedError
from servicedesk_core.hooks import Mapped, VocabularyMapping, fingerprint

CODE_VERSION = "3"
"""Raise it when a change of code makes a stored payload mean something else; that of a shape or word tells itself."""

HISTORY = "ticket_events"


class Mapper:
    """Maps records. Immutable: other lists need another mapper.

    Args:
        lists: The tenant's lists.
        vocabulary: The operator's mapping.
    """

    def __init__(self, lists: TenantLists, vocabulary: VocabularyMapping) -> None:
        self.lists = lists
        words = TicketWords(lists, vocabulary)
        self.done_statuses = words.done_statuses
        rules = fingerprint([shapes.digest(), words_digest()])
        self._made_of = f"{CODE_VERSION}-{rules}-{fingerprint(vocabulary.model_dump(mode='json'))}"

        finishes = mappings.finishes(lists, vocabulary)
        self._by_stream: dict[str, Callable[[Raw], Mapped]] = {
            stream.name: _ShapedMapping(stream, lists, finishes) for stream in STREAMS.values() if stream.sources
        }
        self._by_stream |= {
            "tickets": TicketMapping(lists, words),
            "notes": NoteMapping(lists, vocabulary),
            "attachments": AttachmentMapping(lists, vocabulary),
            "queues": mappings.QueueMapping(vocabulary),
            HISTORY: HistoryReader(words),
        }

    def map(self, stream: str, raw: Raw) -> Mapped:
        """Return what a record means.

        Raises:
            MappingError: The record cannot be understood. Names fields, never their content.
            UnsupportedError: There is no such stream.
        """
        try:
            mapping = self._by_stream[stream]
        except KeyError:
            raise UnsupportedError(f"The Autotask connector has no stream {stream!r}.") from None
        try:
            return mapping(raw)
        except ValidationError as error:
            places = sorted({".".join(str(part) for part in one["loc"]) or "record" for one in error.errors()})
            raise MappingError(f"Unusable values in: {', '.join(places)}.") from None
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise MappingError(f"The record is not shaped like one of {stream}: {_reason(error)}.") from None

    def version(self, stream: str) -> str:
        """Return a text that changes when :meth:`map` may mean something else for this stream."""
        entities = ("Tickets",) if stream == HISTORY else STREAMS[stream].lists
        return f"{self._made_of}-{self.lists.digest(entities)}"


class _ShapedMapping:
    """Maps the records of a stream by the shapes of the entities behind it."""

    def __init__(self, stream: Stream, lists: TenantLists, finishes: Mapping[str, mappings.Finish]) -> None:
        self._rows = {
            source.entity: _RowMapping(shapes.BY_ENTITY[source.entity], source.prefix, lists, finishes)
            for source in stream.sources
        }
        self._only = next(iter(self._rows.values())) if len(self._rows) == 1 else None

    def __call__(self, raw: Raw) -> Mapped:
        mapping = self._only or self._rows.get(raw.get(ENTITY, ""))
        if mapping is None:
            raise UnusableValueError(f"of none of {', '.join(self._rows)}")
        return mapping(raw)


class _RowMapping:
    """Maps rows of one entity by their shape."""

    def __init__(self, shape: Shape, prefix: str, lists: TenantLists, finishes: Mapping[str, mappings.Finish]) -> None:
        self._model: type[Entity] = shape.model
        self._prefix = prefix
        self._read = Reader(shape, lists).read
        self._finish = finishes.get(shape.entity)

    def __call__(self, raw: Raw) -> Mapped:
        issues: list[MappingIssue] = []
        fields: mappings.Fields = {}
        self._read(raw, issues, fields)
        fields["external_id"] = f"{self._prefix}{require_id(raw)}"
        if self._finish is not None:
            self._finish(fields, raw, issues)
        return Mapped(self._model.model_validate(fields), issues=tuple(issues))


def require_id(raw: Raw) -> str:
    """Return the id of a record as text.

    Raises:
        UnusableValueError: It has none.
    """
    number = row_id(raw)
    if number is None:
        raise UnusableValueError("no usable id")
    return str(number)


def _reason(error: Exception) -> str:
    # Other errors' texts may quote the record.
    return str(error) if isinstance(error, UnusableValueError) else type(error).__name__
