"""What a raw record means: one function a stream, put together once for a tenant's lists and an operator's words."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from servicedesk_autotask.meaning import mappings, shapes
from servicedesk_autotask.meaning.history import HistoryReader
from servicedesk_autotask.meaning.lists import TenantLists
from servicedesk_autotask.meaning.reader import Reader
from servicedesk_autotask.meaning.tickets import NoteMapping, TicketMapping, TicketWords
from servicedesk_autotask.meaning.values import Issues, Raw, UnusableValueError
from servicedesk_autotask.reading.keyset import row_id
from servicedesk_autotask.reading.streams import STREAMS
from servicedesk_core.domain import Entity, MappingIssue
from servicedesk_core.errors import MappingError, UnsupportedError
from servicedesk_core.hooks import Mapped, VocabularyMapping, fingerprint

CODE_VERSION = "1"
"""Raise it when a change of code makes a stored payload mean something else; a change of a shape tells itself."""

HISTORY = "ticket_events"

Fields = dict[str, Any]
Finish = Callable[[Fields, Raw, Issues], Any]


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
        self._made_of = f"{CODE_VERSION}-{shapes.digest()}-{fingerprint(vocabulary.model_dump(mode='json'))}"

        def plain(shape: shapes.Shape, finish: Finish = mappings.nothing) -> Callable[[Raw], Mapped]:
            return _PlainMapping(shape, Reader(shape, lists), finish)

        appointment = plain(shapes.APPOINTMENT, mappings.own_appointment)
        service_call = plain(shapes.SERVICE_CALL, mappings.service_call)
        self._by_stream: dict[str, Callable[[Raw], Mapped]] = {
            "tickets": TicketMapping(lists, words),
            "notes": NoteMapping(lists, vocabulary),
            "queues": mappings.QueueMapping(vocabulary),
            "companies": plain(shapes.COMPANY, mappings.company(lists)),
            "sites": plain(shapes.SITE, mappings.site(lists)),
            "contacts": plain(shapes.CONTACT),
            "roles": plain(shapes.ROLE),
            "technicians": plain(shapes.TECHNICIAN, mappings.technician(lists)),
            "products": plain(shapes.PRODUCT),
            "assets": plain(shapes.ASSET, mappings.asset),
            "contracts": plain(shapes.CONTRACT, mappings.contract),
            "contract_services": plain(shapes.CONTRACT_SERVICE, mappings.contract_service),
            "billing_codes": plain(shapes.BILLING_CODE),
            "time_entries": plain(shapes.TIME_ENTRY, mappings.time_entry),
            "appointments": lambda raw: (service_call if mappings.is_service_call(raw) else appointment)(raw),
            "holidays": plain(shapes.HOLIDAY, mappings.holiday),
            "sla_results": plain(shapes.SLA_RESULT),
            "surveys": plain(shapes.SURVEY, mappings.survey),
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


class _PlainMapping:
    """Maps rows of one entity by their shape."""

    def __init__(self, shape: shapes.Shape, reader: Reader, finish: Finish) -> None:
        self._model: type[Entity] = shape.model
        self._reader = reader
        self._finish = finish

    def __call__(self, raw: Raw) -> Mapped:
        issues: list[MappingIssue] = []
        fields: Fields = {}
        self._reader.read(raw, issues, fields)
        fields["external_id"] = require_id(raw)
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
