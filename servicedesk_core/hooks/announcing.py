"""Tells everybody what happened; nobody's failure reaches anybody else."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from servicedesk_core.errors import HookError
from servicedesk_core.hooks.boundary import where
from servicedesk_core.hooks.registration import Implementation, Registry
from servicedesk_core.hooks.specs.announcements import Change, SyncFinished

_log = logging.getLogger("servicedesk.hooks")


class Announcer:
    """Broadcasts to all registered connectors and extensions, one after the other.

    Args:
        registry: Who hears it.
        on_failure: Gets every failure, after it was logged.
    """

    def __init__(self, registry: Registry, *, on_failure: Callable[[HookError], object] | None = None) -> None:
        self._registry = registry
        self._on_failure = on_failure

    def on_changes(self, changes: Sequence[Change]) -> None:
        """See :meth:`AnnouncementSpecs.on_changes`."""
        self._tell("on_changes", changes=changes)

    def on_sync_finished(self, run: SyncFinished) -> None:
        """See :meth:`AnnouncementSpecs.on_sync_finished`."""
        self._tell("on_sync_finished", run=run)

    def _tell(self, hook: str, **values: Any) -> None:
        for hearer in self._registry.hearers(hook):
            try:
                hearer(**values)
            except (Exception, SystemExit) as error:  # noqa: BLE001  # foreign code
                self._failed(hook, hearer, error)

    def _failed(self, hook: str, hearer: Implementation, error: BaseException) -> None:
        failure = HookError(
            f'"{hearer.plugin}" failed in {hook} with {type(error).__name__}; everybody else was told.',
            hint="Report this to the plugin's author.",
            connection=hearer.plugin,
            detail=where(error),
        )
        failure.__cause__ = error
        _log.warning("%s (%s)", failure, failure.detail)
        if self._on_failure is not None:
            self._on_failure(failure)
