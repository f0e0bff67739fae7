"""Running a stand-in as a process of its own, and what it can be told then."""

import inspect
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, get_args, get_type_hints

from servicedesk_core.sandboxing.serving import address_of, bind, run_until_stopped

OptionsT = TypeVar("OptionsT")

KINDS = (str, int, float, bool, datetime, Path)
"""What somebody can type."""
_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a stand-in can be told when it is started.

    Attributes:
        name: Name of the field.
        kind: One of :data:`KINDS`.
        default: What it is otherwise; ``None`` = nothing.
        about: What it means, for people.
    """

    name: str
    kind: type
    default: Any
    about: str


class Playing(Protocol):
    """A stand-in, as :class:`servicedesk_core.sandboxing.StandIn` is one: an ASGI application besides."""

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it."""

    def close(self) -> None:
        """Release what it holds."""


class Launch(Generic[OptionsT]):
    """How a stand-in is run: what an entry point in the group ``servicedesk.sandboxes`` names.

    Args:
        make: Makes the stand-in from its options; usually its class.
        options: A dataclass of what it can be told, with a default for each field. Fields that its docstring describes
            under ``Attributes:``, and that somebody can type, are options of ``servicedesk sandbox NAME``.
        **defaults: What is otherwise for a stand-in that is run than for one in a test.
    """

    def __init__(self, make: Callable[[OptionsT], Playing], options: type[OptionsT], **defaults: Any) -> None:
        self._make = make
        self._options = options
        self._defaults = defaults

    def choices(self) -> tuple[Choice, ...]:
        """Return what it can be told, in the order of the fields."""
        hints = get_type_hints(self._options)
        about = dict(_described(self._options))
        found = []
        for field in fields(self._options):  # type: ignore[arg-type]  # it is a dataclass
            kinds = [one for one in (get_args(hints[field.name]) or (hints[field.name],)) if one is not type(None)]
            if field.name in about and len(kinds) == 1 and kinds[0] in KINDS:
                default = self._defaults.get(field.name, None if field.default is MISSING else field.default)
                found.append(Choice(field.name, kinds[0], default, about[field.name]))
        return tuple(found)

    def __call__(self, *, announce: Callable[[Mapping[str, Any]], None], port: int = 0, **given: Any) -> None:
        """Serve the stand-in until SIGINT or SIGTERM.

        Args:
            announce: Told once, when calls are accepted: its ``url``, and what :meth:`StandIn.told` says.
            port: Port on loopback; 0 takes a free one.
            **given: Options by name. An instant without a zone is one of UTC.

        Raises:
            OSError: The port is taken.
        """
        told = {name: _in_utc(value) for name, value in (self._defaults | given).items()}
        with bind(port) as listener, closing(self._make(self._options(**told))) as stand_in:
            url = address_of(listener)
            announce({"url": url, **stand_in.told(url)})
            run_until_stopped(stand_in, listener)


def _described(options: type) -> list[tuple[str, str]]:
    _, _, attributes = (inspect.getdoc(options) or "").partition("\nAttributes:\n")
    return [(name, " ".join(text.split())) for name, text in _ATTRIBUTE.findall(attributes)]


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
