"""What the PSA does not know of agreements: notice, renewal, and those with vendors."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import Field, field_validator, model_validator

from servicedesk_core.domain.base import Instant, Model
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.faces import DefinitionKind, Refers
from servicedesk_core.features.agreements.rules import Notice
from servicedesk_core.features.definitions import in_force
from servicedesk_core.store import Tx

_Word = Annotated[str, Field(min_length=1)]
_Notice = Annotated[int, Field(ge=0, le=1_100)]
_Months = Annotated[int, Field(ge=1, le=120)]


class _Noticed(Model):
    """What somebody can give notice of."""

    notice_days: _Notice | None = Field(
        default=None,
        description="How many days before the end notice is to be given; nothing = as [renewals] says, with vendors 0.",
    )
    notice_months: _Months | None = Field(
        default=None, description="The same in months: 3 months to 31 December is 30 September."
    )

    @model_validator(mode="after")
    def _one_notice(self) -> Self:
        if self.notice_days is not None and self.notice_months is not None:
            msg = "write the notice in days or in months, not both"
            raise ValueError(msg)
        return self

    def notice(self, default_days: int = 0) -> Notice:
        """Return the notice that was agreed.

        Args:
            default_days: The notice of what says none.
        """
        if self.notice_months is not None:
            return Notice(months=self.notice_months)
        return Notice(default_days if self.notice_days is None else self.notice_days)


class Agreement(_Noticed):
    """What was agreed with a client about the end of a contract of the PSA."""

    name: _Word = Field(description="The vendor's id of the contract, or its name.")
    company: _Word | None = Field(
        default=None, description="Id or name of the client, where several contracts have this name."
    )
    renews_months: _Months | None = Field(
        default=None, description="For how many months it goes on by itself without notice; nothing = it ends."
    )
    ends_on: date | None = Field(default=None, description="Its last day, where the PSA states none or another one.")
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


class VendorAgreement(_Noticed):
    """An agreement with somebody from whom we buy: a licence, a subscription, a line, a support contract."""

    name: _Word
    vendor: _Word = Field(description="With whom.")
    about: str = Field(default="", description="What it is for.")
    client: _Word | None = Field(
        default=None, description="Id or name of the client for whom it was made; nothing = for us."
    )
    ends_on: date = Field(description="Its last day.")
    renews_months: _Months | None = Field(
        default=None, description="For how many months it goes on by itself without notice; nothing = it ends."
    )
    owner: _Word | None = Field(default=None, description="Who decides about it.")
    link: Annotated[str, Field(pattern=r"^https?://")] | None = Field(default=None, description="Where its papers are.")
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


class RenewalPolicy(Model):
    """How early agreements that end are told of."""

    before_days: tuple[Annotated[int, Field(ge=1, le=730)], ...] = Field(
        default=(90, 60, 30), min_length=1, description="How many days before the notice deadline; the largest first."
    )
    notice_days: _Notice = Field(default=30, description="The notice of agreements of which nobody said another one.")
    kinds: tuple[ContractKind, ...] = Field(
        default=(
            ContractKind.RECURRING,
            ContractKind.BLOCK_HOURS,
            ContractKind.RETAINER,
            ContractKind.PER_TICKET,
        ),
        description="Kinds of contracts that are renewed; others only where [agreements.NAME] names them.",
    )
    margin_goal_percent: Annotated[Decimal, Field(ge=0, lt=100)] = Field(
        default=Decimal(40), description="The margin that an agreement is to reach."
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")

    @field_validator("before_days")
    @classmethod
    def _falls(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days), reverse=True):
            msg = "write each number once, the largest first"
            raise ValueError(msg)
        return days


AGREEMENTS: Final = DefinitionKind(
    "agreements", "agreement", Agreement, records={"name": Refers("contracts"), "company": Refers("companies")}
)
"""What the PSA does not know of a contract: ``[agreements.NAME]``."""

VENDOR_AGREEMENTS: Final = DefinitionKind(
    "vendor_agreements", "agreement with a vendor", VendorAgreement, records={"client": Refers("companies")}
)
"""What we agreed with a vendor: ``[vendor_agreements.NAME]``."""

RENEWALS: Final = DefinitionKind("renewals", "policy of renewals", RenewalPolicy, many=False)
"""How early agreements are told of: ``[renewals]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (AGREEMENTS, VENDOR_AGREEMENTS, RENEWALS)


def policy_at(tx: Tx, at: datetime) -> RenewalPolicy:
    """Return how early agreements are told of at an instant.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    return next(iter(in_force(tx, RENEWALS, at)), RenewalPolicy())
