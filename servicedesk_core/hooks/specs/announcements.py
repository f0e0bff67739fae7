"""Announcements: broadcast to all connections and extensions; plain functions, quick and without I/O."""

from collections.abc import Sequence

from servicedesk_core.hooks.announced import Change, SyncFinished
from servicedesk_core.hooks.markers import hookspec


class AnnouncementSpecs:
    """What core tells everybody."""

    @hookspec
    def on_changes(self, changes: Sequence[Change]) -> None:
        """Hear of changes, in order and in batches, at least once; rows of backfills and remaps are left out.

        A hearer may be anybody's: what only the staff may read, such as the text of notes, and what costs are, stand in
        no ``before`` and ``after`` here.

        Args:
            changes: A batch of the feed.

        Raises:
            Exception: Logged with the plugin's name; the other hearers are still told.

        Added in 1.0.
        """

    @hookspec
    def on_sync_finished(self, run: SyncFinished) -> None:
        """Hear that a run of one connection ended, whether it went well or not.

        Args:
            run: What ran.

        Raises:
            Exception: Logged with the plugin's name; the other hearers are still told.

        Added in 1.0.
        """
