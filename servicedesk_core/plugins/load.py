"""Phase two: importing one plugin, whatever it does while it is imported."""

import contextlib
import importlib.util
import io
import logging
import sys
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from stevedore.extension import ExtensionManager

from servicedesk_core.errors import PluginLoadError

_log = logging.getLogger("servicedesk.plugins")


class _OneEntryPoint(ExtensionManager):  # type: ignore[type-arg]  # generic only in newer releases
    """A stevedore manager of exactly the entry point that the scan found: no second scan, no cache to go stale."""

    def __init__(self, entry_point: EntryPoint) -> None:
        self._entry_point = entry_point
        self.failure: BaseException | None = None
        super().__init__(entry_point.group, on_load_failure_callback=self._failed)

    def list_entry_points(self) -> list[EntryPoint]:
        return [self._entry_point]

    def _failed(self, manager: object, entry_point: object, failure: BaseException) -> None:
        del manager, entry_point
        self.failure = failure


def import_entry_point(entry_point: EntryPoint, *, title: str) -> Any:
    """Import what an entry point names.

    Args:
        entry_point: The entry point.
        title: How messages call the plugin.

    Raises:
        PluginLoadError: It cannot be imported.
    """
    with importing(title):
        manager = _OneEntryPoint(entry_point)
        if manager.failure is not None:
            raise manager.failure
        return manager.extensions[0].plugin


def import_file(path: Path, name: str) -> Any:
    """Import a class from a file that is not installed.

    Args:
        path: The file.
        name: The class in it.

    Raises:
        PluginLoadError: There is no such file or class, or it cannot be imported.
    """
    title = f"{path}:{name}"
    if not path.is_file():
        raise PluginLoadError(f"There is no file {path}.", hint="Paths start at the folder of the configuration file.")
    module_name = f"servicedesk_local_{path.stem}_{sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise PluginLoadError(f"{path} is not a Python file.", hint='Write connector = "./file.py:Class".')
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses and pydantic look it up there
    try:
        with importing(title):
            spec.loader.exec_module(module)
            return getattr(module, name)
    except PluginLoadError:
        del sys.modules[module_name]
        raise


@contextlib.contextmanager
def importing(title: str) -> Iterator[None]:
    """Keep what a plugin prints off the output, and turn whatever it raises into an error that names it.

    Raises:
        PluginLoadError: It raised something.
    """
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):  # our own output must stay parseable
            yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        text = str(error).strip().partition("\n")[0]
        raise PluginLoadError(
            f"The plugin {title} cannot be imported: {type(error).__name__}{f': {text}' if text else ''}.",
            hint="Reinstall or upgrade it, or disable it with SERVICEDESK_DISABLE_PLUGINS.",
        ) from error
    finally:
        if printed.getvalue().strip():
            _log.warning("The plugin %s printed while it was imported; that was kept off the output.", title)
