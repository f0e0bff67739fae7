"""The job ``reports``."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from servicedesk_core.faces import Desk
from servicedesk_core.features.report.pages import html
from servicedesk_core.features.report.queries import Reports
from servicedesk_core.files import replace_file
from servicedesk_core.jobs.desk import JobDesk


class ReportingDesk(JobDesk, Desk, Protocol):
    """A desk that features are asked on."""


async def write_reports(desk: ReportingDesk, connection: str | None) -> str:
    """Write the desk page to the file that ``[serve]`` names.

    Raises:
        SettingsError: The file cannot be written.
    """
    report = await Reports.desk_page.of(desk, connection=connection)
    path = desk.settings.beside(desk.settings.serve.report)
    await asyncio.to_thread(_put, path, html(report).encode())
    return f"wrote {path.name}"


def _put(path: Path, page: bytes) -> None:
    with suppress(OSError):  # what cannot be made is told by the writing, with its path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, page)
