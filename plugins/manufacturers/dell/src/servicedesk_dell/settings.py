"""What the configuration says about a connection to Dell."""

from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address
from servicedesk_dell.meaning.service_levels import ServiceLevels

LIVE_GATEWAY = "https://apigtwb2c.us.dell.com/"
SANDBOX_GATEWAY = "https://apigtwb2cnp.us.dell.com/"
_MIB = 1024 * 1024
_DISPATCH_NEEDS = ("technician_login", "technician_password", "branch", "customer", "track")


class DellSettings(ConnectorSettings):
    """Settings of one connection to Dell. Warranty and dispatch have keys of their own; give one pair or both."""

    warranty_client_id: str | None = Field(default=None, description="Client id of the Warranty API key.")
    warranty_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    dispatch_client_id: str | None = Field(default=None, description="Client id of the Self-Dispatch API key.")
    dispatch_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    technician_login: str | None = Field(
        default=None, description="TechDirect login of the technician in whose name claims are made."
    )
    technician_password: SecretStr | None = Field(
        default=None, description="That login's TechDirect password; Dell lets it expire."
    )
    technician_email: str | None = Field(
        default=None, description="E-mail of the responsible technician, when it is not the login."
    )
    branch: str | None = Field(default=None, description="Branch as TechDirect spells it.")
    customer: str | None = Field(default=None, description="Customer related to the branch, as TechDirect spells it.")
    track: str | None = Field(default=None, description='Track of that relationship, for example "Tier 1".')
    account: str | None = Field(
        default=None,
        min_length=1,
        description="Your name for the TechDirect account; with it, client ids may change later.",
    )
    gateway_url: str | None = Field(
        default=None,
        description="Address of the API gateway; left out: Dell's own, by environment. Needed for a local sandbox.",
    )
    token_style: Literal["basic", "body"] = Field(
        default="basic", description="Where a key travels when a token is asked for: in a header, or in the form."
    )
    requests_per_minute: int | None = Field(
        default=60, ge=1, description="Requests a minute for each of the two interfaces; Dell publishes no limit."
    )
    non_hardware_codes: tuple[str, ...] = Field(
        default=("D", "DL", "PJ", "PR"),
        description="Service level codes that do not cover hardware, such as digital delivery.",
    )
    hardware_codes: tuple[str, ...] = Field(
        default=("ND", "NU", "CB"),
        description="Service level codes that cover hardware where their description does not tell.",
    )
    part_serial_codes: tuple[str, ...] = Field(
        default=("BAT", "BTRY", "MON", "MNTR", "PRT", "DOCK"),
        description="Part numbers of monitors, batteries and port replicators: they need the failed part's own serial.",
    )
    time_zones: dict[str, str] = Field(
        default_factory=dict, description="Dell's name of a time zone by IANA name, for those that it does not know."
    )
    max_attachment_bytes: int = Field(
        default=5 * _MIB, ge=1, description="Largest attachment of a claim; Dell publishes no limit."
    )
    bulk_days: int = Field(
        default=180, ge=1, description="How far back many claims are followed in one request; older ones cost one each."
    )

    @field_validator("gateway_url")
    @classmethod
    def _safe_address(cls, value: str | None) -> str | None:
        """Credentials go to this address, so it must be encrypted unless it is this machine."""
        if value is None:
            return None
        return f"{safe_address(value, such_as=LIVE_GATEWAY)}/"

    @model_validator(mode="after")
    def _whole_pairs(self) -> Self:
        """A key without its secret, or dispatch without a technician, would fail only when a claim is sent."""
        for name in ("warranty", "dispatch"):
            key, secret = getattr(self, f"{name}_client_id"), getattr(self, f"{name}_client_secret")
            if (key is None) != (secret is None):
                raise ValueError(f"{name}_client_id and {name}_client_secret go together")
        if self.warranty_client_id is None and self.dispatch_client_id is None:
            raise ValueError("give warranty_client_id to look up cover, dispatch_client_id to claim, or both")
        missing = [name for name in _DISPATCH_NEEDS if not getattr(self, name)]
        if self.dispatch_client_id is not None and missing:
            raise ValueError(f"claims need {', '.join(missing)} too")
        return self

    @property
    def service_levels(self) -> ServiceLevels:
        """What service levels cover."""
        return ServiceLevels(
            hardware=frozenset(code.upper() for code in self.hardware_codes),
            not_hardware=frozenset(code.upper() for code in self.non_hardware_codes),
        )

    @property
    def can_look_up(self) -> bool:
        """Whether there is a key for the Warranty API."""
        return self.warranty_client_id is not None

    @property
    def can_claim(self) -> bool:
        """Whether there is a key for Self-Dispatch."""
        return self.dispatch_client_id is not None
