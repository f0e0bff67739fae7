"""A job of one desk."""

from dataclasses import dataclass

from servicedesk_core.faces.job import JobKind


@dataclass(frozen=True, slots=True)
class Job:
    """A job of one desk.

    Attributes:
        name: Its name, such as ``sync:psa``.
        kind: What it does.
        connection: For which connection; ``None`` = for the desk.
        schedule: When it runs: ``every 15 minutes``, cron, or ``never``.
    """

    name: str
    kind: JobKind
    connection: str | None
    schedule: str
