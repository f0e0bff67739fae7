"""Questionnaires that are shipped as files, to be handed out and taken in again."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from servicedesk_core.errors import SettingsError
from servicedesk_core.features.quality.model import Written

NAMES: Final = ("servqual",)
"""All of them."""


def write(name: str, to: Path | None) -> Written:
    """Write a questionnaire into a file that is not there yet.

    Raises:
        SettingsError: The file is there already, or cannot be written.
    """
    path = to or Path(f"{name}.csv")
    text = files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise SettingsError(f"{path} is there already.", hint="Name another file with --to.") from None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}.", hint="Name another file with --to."
        ) from None
    return Written(
        str(path),
        f"Define [surveys.{name}] with lowest = 1 and highest = 7, and take the answers in with "
        f'"servicedesk quality import FILE --survey {name}".',
    )
