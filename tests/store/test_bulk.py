from sqlalchemy import select

from servicedesk_core.store import bulk
from servicedesk_core.store.schema import seen


def test_however_many_rows_are_inserted_those_that_are_there_are_left_alone_and_not_counted(store):
    def insert(tx, numbers):
        return bulk.insert(tx, seen, [(1, f"{number}") for number in numbers], unless="pass_id, external_id")

    assert store.write_blocking(lambda tx: insert(tx, range(90, 130))) == 40
    assert store.write_blocking(lambda tx: insert(tx, range(250))) == 210
    found = store.read_blocking(lambda tx: tx.execute(select(seen.c.external_id)).scalars().all())
    assert sorted(map(int, found)) == list(range(250))
