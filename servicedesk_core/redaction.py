"""Keeps secrets out of logs, errors and diagnostics: by value, and by the name of the field they stand in."""

import base64
import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from servicedesk_core.printing import printable

MASK = "***"
SHORTEST_SECRET = 5
"""Shorter values are not registered: masking them would shred ordinary text and give the value away."""

_NAMES = (
    r"(?:proxy-)?authorization|(?:ssl|pg|db)?passw(?:or)?d|passphrase|pwd|secrets?|client[-_ ]?secret"
    r"|api[-_ ]?keys?|apikeys?|(?:access|refresh|id|auth|bearer|session)?[-_ ]?tokens?|private[-_ ]?key"
    r"|api[-_ ]?integration[-_ ]?code|signature|credentials?|cookie|set-cookie|scram[-_](?:client|server)[-_]key"
)
_SENSITIVE_NAME = re.compile(rf"(?:^|[^a-z])(?:\w*[-_ .])?(?:{_NAMES})$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?:Bearer|Basic|Digest|Token)\s+[^\s,;&"'}\])]+|[^\s,;&"'}\])]+)"""
_FIELD = re.compile(rf"""(?<![a-z])((?:\w*[-_.])?(?:{_NAMES})["']?\s*[:=]\s*){_VALUE}""", re.IGNORECASE)
_SCHEME = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_USERINFO = re.compile(r"(?<=://)[^/\s@:]*:[^/\s@]+(?=@)")
_ADDRESS = re.compile(r"[\w+]+://(?:[^:/]*(?::(?P<password>[^@]*))?@)?[^?]*(?:\?(?P<query>.*))?", re.DOTALL)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)


@runtime_checkable
class Secret(Protocol):
    """A value that hides itself, such as pydantic's ``SecretStr``."""

    def get_secret_value(self) -> str:
        """Return the value."""


def reveal(value: "Secret | str") -> str:
    """Return the text behind a secret, or the text itself."""
    return value if isinstance(value, str) else value.get_secret_value()


def is_sensitive(name: str) -> bool:
    """Return whether a field of this name holds a secret, such as ``clientSecret`` or ``x-api-key``."""
    return bool(_SENSITIVE_NAME.search(name) or _SENSITIVE_NAME.search(_CAMEL.sub("_", name)))


def secrets_in(address: str) -> Iterator[str]:
    """Yield the secrets that the address of a database holds: before the ``@``, or in a parameter.

    Args:
        address: ``postgresql://user:password@host/database?sslpassword=…``.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return
    if found["password"]:
        yield unquote(found["password"])
    whole = Redactor()
    for name, value in parse_qsl(found["query"] or ""):
        if is_sensitive(name) or whole.text(value) != value:  # parameters such as ``options`` hold others
            yield value


class Redactor:
    """Masks registered secrets in every form they usually travel in, and fields with telling names.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()

    def register(self, value: "Secret | str") -> None:
        """Mask this value from now on, also URL-encoded, base64-encoded and JSON-escaped.

        Values shorter than :data:`SHORTEST_SECRET` are ignored.
        """
        text = reveal(value)
        if len(text.strip()) < SHORTEST_SECRET or text in self._forms:
            return
        with self._lock:
            self._forms = self._forms | _forms(text)
            longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def text(self, text: str) -> str:
        """Return the text with every secret masked."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        text = _PEM.sub(MASK, text)
        text = _FIELD.sub(rf"\g<1>{MASK}", text)
        text = _SCHEME.sub(rf"\g<1> {MASK}", text)
        return _USERINFO.sub(MASK, text)

    def mapping(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return a copy with secrets masked by field name and by value, at every depth."""
        return {
            self.text(str(name)): MASK if is_sensitive(str(name)) and value is not None else self._any(value)
            for name, value in data.items()
        }

    def _any(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self.mapping(value)
        if isinstance(value, Secret):
            return MASK
        if isinstance(value, bytes):
            return self.text(value.decode("utf-8", "replace"))
        if isinstance(value, Sequence | frozenset | set):
            return [self._any(item) for item in value]
        return value

    def __repr__(self) -> str:
        return f"<Redactor {len(self._forms)} forms>"


class RedactingFilter(logging.Filter):
    """Makes log records fit to be shown: message, arguments, traceback and extra fields. Put it on handlers.

    Secrets are masked, and nothing in them can steer the terminal that shows the log.

    Args:
        redactor: Knows the secrets.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record in place and let it pass."""
        record.msg, record.args = self._clean(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self._formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self._clean(record.stack_info)
        for name, value in list(vars(record).items()):
            if name not in _STANDARD_FIELDS:
                setattr(record, name, self._redactor.mapping({name: value})[name])
        return True

    def _clean(self, text: str) -> str:
        return printable(self._redactor.text(text))


_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _forms(text: str) -> frozenset[str]:
    """Return the ways in which a secret shows up in URLs, JSON and Basic credentials."""
    forms = {text, text.strip(), quote(text), quote(text, safe=""), quote_plus(text)}
    forms |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1]}
    forms |= {re.sub("%[0-9A-F]{2}", lambda hit: hit[0].lower(), form) for form in list(forms) if "%" in form}
    raw = text.encode("utf-8", "surrogatepass")
    for shift in range(3):  # base64 depends on the position modulo 3 at which the secret starts in what is encoded
        whole = base64.b64encode(b"\0" * shift + raw).decode()
        inner = whole[
            (0, 2, 3)[shift] : len(whole) - (0, 3, 2)[(shift + len(raw)) % 3] if whole.endswith("=") else None
        ]
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return frozenset(form for form in forms if len(form) >= SHORTEST_SECRET)
