"""Reads ``servicedesk.toml``."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from servicedesk_core.config.problems import problems_of, settings_error
from servicedesk_core.config.settings import DeskSettings
from servicedesk_core.errors import SettingsError

DEFAULT_FILE = "servicedesk.toml"


def load_settings(path: Path | str = DEFAULT_FILE) -> DeskSettings:
    """Read and check a configuration file.

    Only core's own keys are checked; those of a connector are checked when its connection is opened, because that
    needs the plugin. Secret references are not resolved.

    Args:
        path: The file.

    Raises:
        SettingsError: The file cannot be read, is no TOML, or says something that is not allowed; all problems at once.
    """
    path = Path(path).absolute()
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(
            f"There is no configuration file {path}.",
            hint='Create one with "servicedesk init", try "servicedesk demo", or name yours with --config.',
        ) from None
    except OSError as error:
        raise SettingsError(
            f"The configuration file {path} cannot be read: {error.strerror}.", hint="Check its permissions."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not a text file in UTF-8.", hint="Save it again as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        reason = str(error).replace("at end of document", f"at line {text.count(chr(10)) + 1}, the end of the file")
        raise SettingsError(
            f"{path} is not complete or not valid TOML: {reason}.",
            hint="Correct that line; if the file was cut off while it was saved, restore it from a copy.",
        ) from None
    return parse_settings(data, path=path)


def parse_settings(data: Mapping[str, Any], *, path: Path | None = None) -> DeskSettings:
    """Check settings that a program already holds.

    Args:
        data: The keys of the file.
        path: The file they came from; relative paths start at its folder.

    Raises:
        SettingsError: Something is not allowed; all problems at once.
    """
    try:
        return DeskSettings.model_validate({**data, "path": path})
    except ValidationError as error:
        raise settings_error(str(path or "The configuration"), problems_of(error, DeskSettings)) from None
