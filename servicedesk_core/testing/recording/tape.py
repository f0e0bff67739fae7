"""What a recording holds, and how it stands in a file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import orjson

from servicedesk_core.errors import SettingsError

FORMAT = "servicedesk-recording/1"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, without its credentials and without the host, which differs between tenants.

    Attributes:
        method: The method.
        path: Path of the address.
        params: The query's names and values, sorted.
        body: JSON as it is, text as text, nothing as ``None``.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Any = None

    @classmethod
    def of(cls, method: str, url: str, content: bytes) -> Self:
        """Return a request as recordings see it."""
        parts = urlsplit(url)
        params = tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))
        return cls(method.upper(), parts.path, params, body_of(content))

    @property
    def key(self) -> bytes:
        """What makes two requests the same; the order of JSON's fields does not."""
        return orjson.dumps([self.method, self.path.lower(), self.params, self.body], option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer.

    Attributes:
        status: HTTP status.
        headers: Those that connectors look at.
        body: JSON as it is, text as text.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return b"" if self.body is None else self.body.encode() if self.is_text else orjson.dumps(self.body)

    @property
    def is_text(self) -> bool:
        """Whether the body is text rather than JSON."""
        return isinstance(self.body, str) and "json" not in self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Tape:
    """A recording.

    Attributes:
        at: The instant that the clock showed while it was made.
        exchanges: Requests with their answers, in the order in which they were made.
    """

    at: datetime
    exchanges: tuple[tuple[Asked, Answered], ...] = ()

    def save(self, path: Path) -> None:
        """Write it to a file that people can read and compare."""
        document = {
            "format": FORMAT,
            "recorded_at": self.at.isoformat(),
            "exchanges": [{"request": asdict(asked), "answer": asdict(answer)} for asked, answer in self.exchanges],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read it from a file.

        Raises:
            SettingsError: The file is missing, or no recording of this format.
        """
        hint = "Record it again with servicedesk_core.testing.Recorder."
        try:
            document = orjson.loads(path.read_bytes())
            if document["format"] != FORMAT:
                raise SettingsError(f"{path} has another format than {FORMAT}.", hint=hint)
            exchanges = tuple(
                (
                    Asked(
                        method=one["request"]["method"],
                        path=one["request"]["path"],
                        params=tuple((str(name), str(value)) for name, value in one["request"]["params"]),
                        body=one["request"]["body"],
                    ),
                    Answered(**one["answer"]),
                )
                for one in document["exchanges"]
            )
            return cls(datetime.fromisoformat(document["recorded_at"]), exchanges)
        except FileNotFoundError:
            raise SettingsError(f"There is no recording {path}.", hint=hint) from None
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise SettingsError(f"{path} is no recording ({type(error).__name__}).", hint=hint) from error


def body_of(content: bytes) -> Any:
    """Return a body as a recording holds it."""
    if not content:
        return None
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return content.decode("utf-8", "replace")
