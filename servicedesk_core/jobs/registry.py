"""Which jobs a desk has."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config import DeskSettings
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces.feature import Feature
from servicedesk_core.faces.job import JobKind
from servicedesk_core.jobs.job import Job
from servicedesk_core.jobs.kinds import KINDS


def jobs_of(settings: DeskSettings, features: Iterable[Feature], unread: Collection[str] = ()) -> dict[str, Job]:
    """Return the jobs of a desk by name.

    Args:
        settings: The desk.
        features: The features that it has.
        unread: Connections that hold no records, such as manufacturers; nothing is pulled from them.

    Raises:
        SettingsError: A schedule names no job.
    """
    kinds = (*KINDS, *(kind for feature in features for kind in feature.jobs))
    applied = (kind for kind in kinds if kind.applies is None or kind.applies(settings))
    jobs = {job.name: job for kind in applied for job in _of_kind(kind, settings, unread)}
    known = {*jobs, *(kind.name for kind in kinds), *(f"sync:{name}" for name in unread)}
    for name in settings.schedules:
        if name not in known:
            raise SettingsError(
                f"{settings.where}: schedules.{name}: there is no such job.{did_you_mean(name, known)}",
                hint=f"Jobs are {', '.join(sorted(known))}.",
            )
    return jobs


def job_named(jobs: Mapping[str, Job], name: str) -> tuple[Job, ...]:
    """Return the job of a name, or all jobs of a kind.

    Args:
        jobs: The jobs of a desk.
        name: ``sync:psa``, or ``sync`` for all connections.

    Raises:
        SettingsError: There is no such job.
    """
    found = tuple(job for job in jobs.values() if name in (job.name, job.kind.name))
    if not found:
        raise SettingsError(
            f'There is no job "{name}".{did_you_mean(name, jobs)}', hint=f"Jobs are {', '.join(jobs) or 'none'}."
        )
    return found


def _of_kind(kind: JobKind, settings: DeskSettings, unread: Collection[str]) -> Iterator[Job]:
    usual = settings.schedules.get(kind.name, kind.schedule)
    if not kind.per_connection:
        yield Job(kind.name, kind, None, usual)
        return
    for connection in (name for name in settings.connections if name not in unread):
        name = f"{kind.name}:{connection}"
        yield Job(name, kind, connection, settings.schedules.get(name, usual))
