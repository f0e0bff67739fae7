"""What the commands share that listen until they are stopped: where, and what must be installed for it."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, TypeVar

from servicedesk_core.config.listening import Listener
from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from servicedesk_core.config import DeskSettings

L = TypeVar("L", bound=Listener)

CONSOLE: Final = ("The console", "console", "argon2", "starlette", "uvicorn")
"""What :func:`ensure_installed` is given for it."""


def ensure_installed(what: str, extra: str, *packages: str) -> None:
    """Make sure that packages are installed.

    Args:
        what: What needs them.
        extra: The extra of the distribution that brings them.
        packages: What they are imported as.

    Raises:
        SettingsError: Some are not.
    """
    if missing := [name for name in packages if find_spec(name) is None]:
        message = f"{what} needs packages that are not installed: {', '.join(missing)}."
        raise SettingsError(message, hint=f"pip install 'servicedesk-core[{extra}]'")


def listener(section: L, listen: str | None, settings: "DeskSettings") -> L:
    """Return where a command listens.

    Args:
        section: What the configuration says.
        listen: What somebody said instead; ``None`` = nothing.
        settings: The configuration; relative paths begin beside it.

    Raises:
        SettingsError: That is no address, or not one that may be listened on.
    """
    changed = {} if listen is None else {"listen": listen}
    try:
        wanted = type(section)(**section.model_dump() | changed)
    except ValueError as error:
        raise SettingsError(f'"{listen}" is no address to listen on.', hint=_why(error)) from None
    paths = {name: str(settings.beside(path)) for name in ("certificate", "key") if (path := getattr(wanted, name))}
    return wanted.model_copy(update=paths)


def _why(error: ValueError) -> str:
    """Return what our own rules say of a value, without the words of the library that applies them."""
    return str(getattr(error, "errors", list)()[0]["ctx"]["error"]).capitalize() + "."
