"""What several commands have."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicedesk_core.features.warranty.model import CoverRow

Csv = Annotated[bool, typer.Option("--csv", help="Print the rows as CSV, and nothing else.")]
Retired = Annotated[bool, typer.Option("--retired", help="Also devices that the PSA calls retired.")]


def as_csv(rows: "Sequence[CoverRow]") -> None:
    """Print covers as CSV, and nothing else."""
    from servicedesk_core.cli.shell.csv_output import write_rows  # noqa: PLC0415
    from servicedesk_core.faces.column import fields_of  # noqa: PLC0415
    from servicedesk_core.features.warranty.model import CoverRow  # noqa: PLC0415

    write_rows(fields_of(CoverRow), rows)
