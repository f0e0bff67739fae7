"""``map_record`` behind its own boundary: a bad record is never more than a bad record."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks.boundary import Origin, where
from servicedesk_core.hooks.checks import wrong_mapped
from servicedesk_core.hooks.pulling import Mapped
from servicedesk_core.hooks.registration import Implementation

Mapper = Callable[[Mapping[str, Any]], Mapped]
"""Turns a raw record into a domain record; raises nothing but :class:`MappingError`."""

_SHOWN_FIELDS = 5


def mapper_of(implementation: Implementation, origin: Origin, stream: str) -> Mapper:
    """Return ``map_record`` of one stream as a quick function.

    Args:
        implementation: The connector's ``map_record``.
        origin: Whose code runs.
        stream: Name of the stream.
    """
    function = implementation.function
    in_order = implementation.arguments == ("stream", "raw")
    expected = STREAMS[stream]

    def map_one(raw: Mapping[str, Any]) -> Mapped:
        try:
            mapped = function(stream, raw) if in_order else implementation(stream=stream, raw=raw)
        except MappingError as error:
            error.connection = error.connection or origin.connection
            raise
        except ValidationError as error:
            raise _unfit(error) from None
        except (KeyboardInterrupt, GeneratorExit, asyncio.CancelledError):
            raise
        except BaseException as error:  # noqa: BLE001  # foreign code; one bad record must not end the stream
            raise _failed(f"failed with {type(error).__name__}", where(error)) from None
        if wrong := wrong_mapped(mapped, expected):
            raise _failed(f"broke the contract: {wrong}", None)
        return mapped  # type: ignore[no-any-return]

    def _unfit(error: ValidationError) -> MappingError:
        # Names and kinds only: pydantic's own text repeats the values.
        details = error.errors(include_url=False, include_context=False, include_input=False)
        fields = [f"{'.'.join(map(str, one['loc'])) or 'record'} ({one['type']})" for one in details]
        more = f" and {len(fields) - _SHOWN_FIELDS} more" if len(fields) > _SHOWN_FIELDS else ""
        return MappingError(
            f"{stream}: the record does not fit the model: {', '.join(fields[:_SHOWN_FIELDS])}{more}.",
            connection=origin.connection,
        )

    def _failed(how: str, detail: str | None) -> MappingError:
        return MappingError(
            f'{stream}: map_record of the connector "{origin.connector}" ({origin.distribution}) {how}.',
            hint="Report this to the plugin's author.",
            connection=origin.connection,
            detail=detail,
        )

    return map_one
