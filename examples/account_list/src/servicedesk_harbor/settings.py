"""What the operator configures."""

from pydantic import Field, SecretStr

from servicedesk_core import ConnectorSettings


class HarborSettings(ConnectorSettings):
    """Settings of a Harbor connection."""

    url: str = Field(description="Address of the portal's API, with a slash at the end.")
    username: str = Field(description="User of the portal that may list products.")
    password: SecretStr = Field(description="Password; in the configuration a reference such as env:NAME.")
