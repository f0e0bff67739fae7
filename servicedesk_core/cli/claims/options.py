"""What several commands are told."""

from typing import Annotated

import typer

Claim = Annotated[str, typer.Argument(help="Our id (SD-…), its number, or the manufacturer's id.")]
