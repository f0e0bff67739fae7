"""What somebody is on the desk, as ``[people.NAME]`` of ``servicedesk.toml`` says it, and whoever invites them."""

from collections.abc import Collection
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from servicedesk_core.addresses import MAIL_ADDRESS
from servicedesk_core.arguments import did_you_mean
from servicedesk_core.capabilities import ROLES, Capability, Role
from servicedesk_core.config.operating import Reference
from servicedesk_core.config.values import QuietHours, TimeZone
from servicedesk_core.config.writes import Limit
from servicedesk_core.domain import Model

PersonName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
"""What somebody is called in the list of people."""


def _some(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if not roles:
        msg = f"name at least one of {', '.join(Role)}"
        raise ValueError(msg)
    return roles


_Address = Annotated[str, StringConstraints(pattern=MAIL_ADDRESS, max_length=254)]

REACHED_BY: Final = frozenset({"mail", "page", "zone", "quiet"})
"""What says how somebody is reached, and nothing of what they may."""


class Colleague(Model):
    """What somebody who works with the desk is there: rights, scope, technician."""

    roles: Annotated[tuple[Role, ...], AfterValidator(_some)] = Field(
        description="What they are; what they may is that of all their roles."
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

    mail: _Address | None = Field(default=None, description="Address that notices for them are mailed to.")
    page: tuple[Reference, ...] = Field(
        default=(),
        description="Where the addresses are over which they are paged, which hold tokens: such as `env:ANA_PHONE`. "
        "Each is one that Apprise understands (extra `notify`); they are tried in order, their mail last.",
    )
    zone: TimeZone | None = Field(
        default=None, description="IANA time zone that they live in; left out = that of the desk."
    )
    quiet: QuietHours | None = Field(
        default=None,
        description='Hours of their day in which only what is urgent reaches them, such as "22:00-07:00"; left out = '
        "none.",
    )

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What they may."""
        return frozenset().union(*(ROLES[role] for role in self.roles))

    def problem(self, connections: Collection[str], currency: str | None) -> str | None:
        """Return what is wrong with it on a desk, behind a name; ``None`` = nothing.

        Args:
            connections: Names of the desk's connections.
            currency: That of its orders.
        """
        if currency is None and (self.order_limit or self.order_limit_per_day):
            return 'has an order limit, which needs its currency, such as [orders] currency = "EUR"'
        if self.connection and self.connection not in connections:
            near = did_you_mean(self.connection, connections)
            return f'names the connection "{self.connection}", which is not here.{near}'
        ids = self.companies or self.queues or self.technician
        if ids and not self.connection and len(connections) > 1:
            return 'names ids of a vendor; say whose: connection = "NAME"'
        if Role.CLIENT_CONTACT in self.roles and not self.companies:
            return "is a client-contact and must say of which companies: companies = [...]"
        return None


class PersonSection(Colleague):
    """Somebody who works with the desk: ``[people.NAME]``. With the first one, everybody else is refused."""

    account: str = Field(
        default="", description="Their account of the operating system, where it is called other than the person."
    )
