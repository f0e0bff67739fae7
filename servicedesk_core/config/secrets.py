"""Resolves references to secrets at the moment they are needed."""

import os
import unicodedata
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from servicedesk_core.errors import SecretError

SecretSource = Callable[[str], str | None]
"""An integrator's own resolver: gets the whole reference, returns the value or ``None``."""

SCHEMES = ("env", "file", "keyring")
_MAX_FILE_BYTES = 65_536
_MARK = "\ufeff"
"""What editors of Windows write before a text in UTF-8; no part of the text."""

_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "\u201e": "\u201c", "\u00ab": "\u00bb"}


def scheme_of(text: str) -> str:
    """Return the scheme of a secret reference, or ``""`` when the text is none."""
    scheme, colon, rest = text.partition(":")
    return scheme if colon and rest and scheme in SCHEMES else ""


def flaw_of(secret: str) -> str | None:
    """Return what shows that a text is not the secret alone, as a verb phrase; a vendor would count a failed login.

    Line breaks inside are fine: keys have them.
    """
    if secret != secret.strip():
        return "begins or ends with a blank"
    if _QUOTES.get(secret[:1]) == secret[-1:] and len(secret) > 1:
        return "stands in quotes"
    kinds = {character: unicodedata.category(character) for character in set(secret) - set(" \t\r\n")}
    if any(kind[0] in "CZ" for kind in kinds.values()):
        return "holds a character that nobody sees, such as a no-break space"
    return None


class Secrets:
    """Turns ``env:NAME``, ``file:PATH`` and ``keyring:SERVICE/NAME`` into values.

    Args:
        source: Asked first for every reference, also for ones with a scheme of its own (``vault:…``).
        directory: Where relative ``file:`` paths start that no credential of systemd has the name of.
        environ: Read instead of the process's environment.
        on_resolved: Hears every value, so that logs can be redacted.
    """

    def __init__(
        self,
        *,
        source: SecretSource | None = None,
        directory: Path | None = None,
        environ: Mapping[str, str] | None = None,
        on_resolved: Callable[[str], object] | None = None,
    ) -> None:
        self._source = source
        self._directory = directory or Path()
        self._environ = os.environ if environ is None else environ
        self._on_resolved = on_resolved

    def is_reference(self, text: str) -> bool:
        """Return whether the text refers to a secret instead of being one."""
        scheme, colon, rest = text.partition(":")
        return bool(scheme_of(text)) or (self._source is not None and bool(colon and rest and scheme.isidentifier()))

    def resolve(self, reference: str, *, key: str, where: str = "the configuration") -> SecretStr:
        """Return the value behind a reference.

        Args:
            reference: For example ``env:AUTOTASK_SECRET``.
            key: Key path of the setting, for messages.
            where: The configuration's name, for messages.

        Raises:
            SecretError: It leads nowhere, to nothing, or to more than the secret; names the key and every place tried,
                never a value.
        """
        tried: list[str] = []
        value = self._from_source(reference, tried) or self._from_scheme(reference, tried)
        value = (value or "").removeprefix(_MARK).strip("\r\n")
        if flaw := flaw_of(value):
            raise SecretError(
                f"{where}: {key}: what {reference} leads to {flaw}. It was not sent to anybody.",
                hint="Put the secret there, and nothing else.",
            )
        if not value:
            raise SecretError(
                f"{where}: {key} has no value. Tried: {'; '.join(tried)}.",
                hint=f'Put the secret there, or change "{key}" to where it is.',
            )
        return self.register(value)

    def register(self, value: str) -> SecretStr:
        """Wrap a value that is already known to be secret, and have logs redacted of it."""
        if self._on_resolved and value:
            self._on_resolved(value)
        return SecretStr(value)

    def _from_source(self, reference: str, tried: list[str]) -> str | None:
        if self._source is None:
            return None
        try:
            value = self._source(reference)
        except Exception as error:  # noqa: BLE001  # foreign code; its message may hold the value
            tried.append(f"your own resolver ({type(error).__name__})")
            return None
        tried.append("your own resolver (knows nothing)")
        return value

    def _from_scheme(self, reference: str, tried: list[str]) -> str | None:
        rest = reference.partition(":")[2]
        match scheme_of(reference):
            case "env":
                value = self._environ.get(rest)
                tried.append(f"environment variable {rest} ({'not set' if value is None else 'empty'})")
                return value
            case "file":
                return self._from_file(rest, tried)
            case "keyring":
                return _from_keyring(rest, tried)
            case _:
                return None

    def _file(self, name: Path) -> Path:
        """Return where a file is: what systemd gave a service (``LoadCredential=``) goes before one beside us."""
        given = self._environ.get("CREDENTIALS_DIRECTORY")
        if given and not name.is_absolute() and (path := Path(given, name)).is_file():
            return path
        return (self._directory / name).absolute()

    def _from_file(self, name: str, tried: list[str]) -> str | None:
        path = self._file(Path(name).expanduser())
        try:
            with path.open("rb") as file:
                content = file.read(_MAX_FILE_BYTES + 1)
            value = content.decode()
        except (OSError, UnicodeDecodeError) as error:
            tried.append(f"file {path} ({getattr(error, 'strerror', None) or 'not a text file in UTF-8'})")
            return None
        if len(content) > _MAX_FILE_BYTES:
            tried.append(f"file {path} (larger than any secret)")
            return None
        tried.append(f"file {path} (empty)")
        return value


def _from_keyring(rest: str, tried: list[str]) -> str | None:
    service, slash, name = rest.rpartition("/")
    if not slash or not service or not name:
        tried.append(f'keyring "{rest}" (write keyring:SERVICE/NAME)')
        return None
    try:
        keyring: Any = import_module("keyring")  # an optional extra, and slow to import
    except ImportError:
        tried.append("the system's keyring (not installed: pip install 'servicedesk-core[keyring]')")
        return None
    place = f'the system\'s keyring, service "{service}", name "{name}"'
    try:
        value: str | None = keyring.get_password(service, name)
    except Exception as error:  # noqa: BLE001  # every backend has its own errors
        tried.append(f"{place} ({type(error).__name__})")
        return None
    tried.append(f"{place} (nothing there)")
    return value
