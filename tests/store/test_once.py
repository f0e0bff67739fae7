"""What is made of a snapshot once, and anew in the next one or where something may change meanwhile."""

from servicedesk_core.store import Store
from servicedesk_core.store.once import once
from servicedesk_core.testing import FakeClock


def test_it_is_made_once_in_a_read_and_anew_in_the_next_and_in_writes(store_url):
    made = []

    def twice(tx):
        return [once(tx, "key", lambda: made.append(tx) or len(made)) for _ in range(2)]

    with Store.open(store_url, clock=FakeClock()) as store:
        assert store.read_blocking(twice) == [1, 1]
        assert store.read_blocking(twice) == [2, 2]
        assert store.write_blocking(twice) == [3, 4]
        assert store.read_blocking(lambda tx: (once(tx, "a", lambda: 1), once(tx, "b", lambda: 2))) == (1, 2)
