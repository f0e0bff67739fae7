"""What ``servicedesk.toml`` says about a person: ``[people.NAME]``."""

from typing import Annotated

from pydantic import AfterValidator, Field

from servicedesk_core.capabilities import ROLES, Capability, Role
from servicedesk_core.config.writes import Limit
from servicedesk_core.domain import Model


def _some(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if not roles:
        msg = f"name at least one of {', '.join(Role)}"
        raise ValueError(msg)
    return roles


class PersonSection(Model):
    """Somebody who works with the desk: ``[people.NAME]``. With the first one, everybody else is refused."""

    roles: Annotated[tuple[Role, ...], AfterValidator(_some)] = Field(
        description="What they are; what they may is that of all their roles."
    )
    account: str = Field(
        default="", description="Their account of the operating system, where it is called other than the person."
    )
    connection: str = Field(
        default="", description="Whose ids `companies`, `queues` and `technician` are; needed where there are several."
    )
    companies: tuple[str, ...] = Field(
        default=(), description="The vendor's ids of the clients whose records they see; empty = of all."
    )
    queues: tuple[str, ...] = Field(
        default=(), description="The vendor's ids of the queues whose tickets they see; empty = of all."
    )
    technician: str = Field(default="", description="The vendor's id of the technician that they are.")
    order_limit: Limit | None = Field(
        default=None,
        description="Goods of one order of theirs above this take the approval of another person; in the currency of "
        "`[orders]`, whose limits hold for them too.",
    )
    order_limit_per_day: Limit | None = Field(
        default=None, description="The same for all orders of theirs that were approved on one day."
    )

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What they may."""
        return frozenset().union(*(ROLES[role] for role in self.roles))
