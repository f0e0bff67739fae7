"""The mass-change guard: losing a right, or a wrong filter, must not look like a thousand deletions."""

from dataclasses import dataclass

from servicedesk_core.errors import MassChangeError


@dataclass(frozen=True, slots=True)
class MassChangeGuard:
    """How many records one complete pass may mark as gone without asking.

    Attributes:
        max_share: Part of the live records.
        max_records: Number of records.
        always_allowed: So few never stop a run, whatever share they are: two of ten queues may well be deleted.
    """

    max_share: float = 0.05
    max_records: int = 50
    always_allowed: int = 3

    def check(self, *, stream: str, missing: int, live: int, seen: int, connection: str | None = None) -> None:
        """Refuse a suspicious number of deletions.

        Args:
            stream: Name of the stream, for the message.
            missing: Live records that the vendor no longer lists.
            live: Records that the store held as live before.
            seen: Records that the vendor listed. None at all, while the store holds some, is what a lost right looks
                like: it always stops.
            connection: For the message.

        Raises:
            MassChangeError: More than the guard allows; nothing was marked.
        """
        if missing == 0:
            return
        if seen > 0 and missing <= self.always_allowed:
            return
        if seen > 0 and missing <= self.max_records and missing <= live * self.max_share:
            return
        msg = f"{missing} of {live} {stream} are no longer listed by the vendor; none of them was marked as deleted."
        raise MassChangeError(
            msg,
            hint="Check the account's rights and the filters; if the deletions are real, run the sync again with "
            "--accept-mass-change.",
            connection=connection,
            detail=f"stream={stream} missing={missing} live={live} seen={seen}",
        )


DEFAULT_GUARD = MassChangeGuard()
