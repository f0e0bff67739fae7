"""The desk: everything a program does with it stands on this class."""

from servicedesk_core.arguments import strict
from servicedesk_core.capabilities import Capability
from servicedesk_core.desk.pulling import PullingDesk
from servicedesk_core.desk.reading import ReadingDesk
from servicedesk_core.jobs.registry import job_named
from servicedesk_core.jobs.running import JobOutcome, run_job


@strict
class ServiceDesk(PullingDesk, ReadingDesk):
    """A desk. Use it as an async context manager.

    It keeps no global state, prints nothing and configures no logging: several desks can be open in one process. Every
    call can be cancelled; what was committed stays.

    Args:
        settings: The configuration, or a mapping with the keys of the file.
        store: An open store, which stays open, or the URL of one; ``None`` = the one that the settings name.
        secrets: Resolves secret references before anything else does: gets the whole reference, returns the value or
            ``None``.
        redactor: Learns the secrets, so that a program can redact its own logs.
        actor: Who acts; a way = the account of this process by that way. See :meth:`acting_as`.
        clock: Where the time comes from.
        read_only: Never write, create or migrate the store.
        migrate: What to do with a store of an older schema; see :meth:`servicedesk_core.store.Store.open`.
    """

    async def run_jobs(self, name: str) -> tuple[JobOutcome, ...]:
        """Run a job now, or all jobs of a kind one after the other; what the schedule does is not affected.

        Args:
            name: ``sync:psa``, or ``sync`` for all connections.

        Raises:
            SettingsError: There is no such job.
            StoreError: The store cannot be used.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, "jobs run")
        return tuple([await run_job(self, job) for job in job_named(self.known_jobs, name)])
