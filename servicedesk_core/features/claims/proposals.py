"""Which tickets could be claimed, and what is left out on the way to them."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx

from servicedesk_core.config import DeskSettings
from servicedesk_core.domain.warranty import Entitlement, covered_on
from servicedesk_core.features.claims.cover import cover_words, covers_of, rests_on
from servicedesk_core.features.claims.model import Proposal, Proposals
from servicedesk_core.store.queries.eligible import EligibleTicket, eligible
from servicedesk_core.store.queries.scope import Scope


def proposals(
    tx: Tx,
    settings: DeskSettings,
    *,
    company: str | None,
    connection: str | None,
    only_open: bool,
    scope: Scope | None = None,
) -> Proposals:
    """Return the tickets that could be claimed.

    Args:
        tx: A transaction.
        settings: The configuration.
        company: Only of this client, by id or name.
        connection: Only tickets of this connection.
        only_open: Only tickets that still need work.
        scope: Only what it lets through.
    """
    hardware = settings.claims.hardware
    found = eligible(tx, hardware=hardware, only_open=only_open, connection=connection, company=company, scope=scope)
    covers = covers_of(tx, {one.asset_id for one in found.tickets})
    zone = ZoneInfo(settings.desk.timezone)
    lines = [_proposal(one, covers.get(one.asset_id, ()), zone) for one in found.tickets]
    return Proposals(
        tickets=tuple(line for line in lines if line.covered and not line.claims),
        unknown_cover=tuple(line for line in lines if line.covered is None and not line.claims),
        incidents=found.incidents,
        without_device=found.without_device,
        not_hardware=found.not_hardware,
        not_covered=sum(line.covered is False for line in lines),
        claimed=sum(bool(line.claims) for line in lines if line.covered is not False),
    )


def _proposal(one: EligibleTicket, covers: Sequence[Entitlement], zone: ZoneInfo) -> Proposal:
    day = one.created_at.astimezone(zone).date() if one.created_at else None
    return Proposal(
        ticket=one.number or one.external_id,
        connection=one.connection,
        title=one.title,
        company=one.company,
        opened_at=one.created_at,
        asset=one.asset,
        serial_number=one.serial_number,
        manufacturer=one.manufacturer,
        covered=covered_on(covers, day) if covers and day else None,
        cover=cover_words(rests_on(covers, day)) if covers else None,
        claims=one.claims,
    )
