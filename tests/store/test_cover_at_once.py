"""On PostgreSQL, two processes that store answers about the same devices wait for each other; they never deadlock."""

import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.domain.warranty import DeviceRef, EntitlementResult, LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.errors import StoreError
from servicedesk_core.features.warranty.tables import answers
from servicedesk_core.store import Store

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROUNDS = 10

pytestmark = pytest.mark.postgres


def test_answers_about_the_same_devices_in_another_order(postgres_store_url, clock):
    errors, met = [], threading.Barrier(2)

    def ask(store, number):
        try:
            for n in range(ROUNDS):
                devices = [DeviceRef(manufacturer="dell", serial_number=f"S{n}-{at}") for at in range(60)][::number]
                results = [EntitlementResult(device=one, outcome=LookupOutcome.NOT_FOUND) for one in devices]
                for again in range(2):
                    met.wait()
                    at = NOW + timedelta(days=n + again)
                    put = {"origin": "dell", "source": CoverSource.MAKER, "now": at}
                    store.write_blocking(lambda tx, r=results, p=put: answers.put(tx, r, **p) and None)
        except StoreError as error:
            errors.append(error)
            met.abort()
        except threading.BrokenBarrierError:
            pass  # the other one met an error

    with ExitStack() as both:
        stores = [both.enter_context(Store.open(postgres_store_url, clock=clock)) for _ in range(2)]
        threads = [
            threading.Thread(target=ask, args=(store, number)) for store, number in zip(stores, (1, -1), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
