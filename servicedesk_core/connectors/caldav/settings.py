"""What the configuration says of a connection to a server of calendars."""

from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address


class CalDavSettings(ConnectorSettings):
    """Keys of a connection with ``connector = "caldav"``."""

    url: str = Field(description="Address of the server, up to where the paths of calendars begin.")
    username: str = Field(min_length=1, description="A user that may read the calendars; to book into them, write too.")
    password: SecretStr = Field(description="Their password, or one for programs.")
    calendars: Mapping[str, Annotated[str, Field(min_length=1)]] = Field(
        min_length=1,
        description='Path of a calendar by the technician\'s name in the definitions: { ana = "ana/work" }.',
    )
    zone: str = Field(default="UTC", description="Where whole days lie, and times that name no zone.")

    @field_validator("url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        """The password goes to this address, so it must be encrypted unless it is this machine."""
        return safe_address(value, such_as="https://calendars.example.com")

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError) as error:  # a name that is no file, or one that leads elsewhere
            msg = "is no zone of IANA; write one such as Europe/Berlin"
            raise ValueError(msg) from error
        return value

    @field_validator("calendars")
    @classmethod
    def _are_paths(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        if wrong := [path for path in value.values() if "://" in path or ".." in path.split("/")]:
            msg = f"{', '.join(wrong)}: write paths below url"
            raise ValueError(msg)
        return {name: path.strip("/") + "/" for name, path in value.items()}
