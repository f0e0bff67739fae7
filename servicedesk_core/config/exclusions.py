"""What a connection must never store: ``[connections.NAME.exclude]``."""

from typing import Annotated

from pydantic import AfterValidator, Field

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import REFERENCES, STREAMS, Model


def _stream(name: str) -> str:
    if name not in STREAMS:
        msg = f'"{name}" is not a stream.{did_you_mean(name, STREAMS)} Streams are {", ".join(STREAMS)}.'
        raise ValueError(msg)
    return name


def _field(path: str) -> str:
    stream, _, rest = path.partition(".")
    _stream(stream)
    if not rest or any(not part for part in rest.split(".")):
        msg = 'write stream and field, such as "contacts.mobile_phone" or "tickets.userDefinedFields.SSN"'
        raise ValueError(msg)
    name = rest.partition(".")[0]
    info = STREAMS[stream].model_fields.get(name)
    if info is not None and (info.is_required() or name in REFERENCES[stream]):
        msg = f'"{path}" cannot be left out: the desk needs it to know what a record is or belongs to'
        raise ValueError(msg)
    return path


class ExcludeSection(Model):
    """What is never stored, neither mapped nor in payloads, quarantine or history."""

    streams: tuple[Annotated[str, AfterValidator(_stream)], ...] = Field(
        default=(), description="Kinds of records that are not read."
    )
    companies: tuple[str, ...] = Field(
        default=(), description="The vendor's ids of companies of which nothing is stored, nor of what belongs to them."
    )
    fields: tuple[Annotated[str, AfterValidator(_field)], ...] = Field(
        default=(),
        description="Fields by stream: names of the desk, or of the vendor's payload with dots for what is inside.",
    )
