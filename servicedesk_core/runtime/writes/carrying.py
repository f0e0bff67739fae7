"""Who carries which kind of write."""

from datetime import timedelta

from servicedesk_core.claims.courier import ClaimCourier
from servicedesk_core.claims.notes import TicketNotes
from servicedesk_core.config import DeskSettings
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store
from servicedesk_core.sync.exclusions import Exclusions
from servicedesk_core.writes import Couriers, WritePolicy
from servicedesk_core.writes.copying import Copier
from servicedesk_core.writes.tickets import TicketCourier


def copier(store: Store, clock: Clock, settings: DeskSettings) -> Copier:
    """Return what brings written records back into the store."""
    connections = settings.connections.items()
    excluded = {
        n: Exclusions.of(one.exclude.streams, one.exclude.companies, one.exclude.fields) for n, one in connections
    }
    return Copier(store, clock, {name: one.raw for name, one in connections}, excluded)


def couriers(store: Store, clock: Clock, settings: DeskSettings, notes: TicketNotes) -> Couriers:
    """Return the couriers of a desk; a new family of kinds is a line here."""
    claims = ClaimCourier(store, clock, notes)
    return Couriers([TicketCourier(copier(store, clock, settings)), claims])


def policy(settings: DeskSettings) -> WritePolicy:
    """Return the numbers of sending as the configuration has them."""
    own = settings.writes
    return WritePolicy(stop_after=own.stop_after, window=timedelta(minutes=own.minutes), parallel=own.parallel)
