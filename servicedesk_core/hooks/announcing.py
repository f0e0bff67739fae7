"""Tells everybody what happened; nobody's failure reaches anybody else."""

import logging
from collections.abc import Sequence
from typing import Any

from servicedesk_core.hooks.announced import Change, SyncFinished
from servicedesk_core.hooks.boundary import where
from servicedesk_core.hooks.registration import Registry

_log = logging.getLogger("servicedesk.hooks")


class Announcer:
    """Broadcasts to all registered connectors and extensions, one after the other.

    Args:
        registry: Who hears it.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

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
                _log.warning(
                    '"%s" failed in %s with %s; everybody else was told. Report this to the plugin\'s author. (%s)',
                    hearer.plugin,
                    hook,
                    type(error).__name__,
                    where(error),
                )
