"""Whatever the desk keeps of how a technician works is handed over and forgotten; who got a ticket stays."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Text, insert, select, type_coerce

from servicedesk_core.domain import Technician
from servicedesk_core.features.privacy import staff
from servicedesk_core.store.column_types import is_text
from servicedesk_core.store.schema import RECORDS, assignments, metadata
from servicedesk_core.store.schema.base import STAFF
from tests.privacy.conftest import NAME, telling

pytestmark = pytest.mark.slow

JANE = staff.Colleague(1, "psa", Technician(external_id="t1", name=NAME, email="jane@example.com"))
TELLING = [table for table in metadata.sorted_tables if table.info.get(STAFF)]
APART = {"ranking": (), "refused": (), "missed": {}}


def test_each_table_of_the_desk_that_says_whose_work_it_is_about_is_known():
    whose = ("technician", "recommended_ref", "recipient")
    about = {
        table for table in metadata.sorted_tables for one in table.columns
        if table.name not in RECORDS and one.name.removeprefix("from_").startswith(whose)
    }  # fmt: skip
    assert about <= set(TELLING), "say in its info that it is of STAFF"


def test_whichever_table_tells_how_a_technician_works_it_is_handed_over_and_cleaned(store):
    def look(tx):
        for table in TELLING:
            more = {name: value for name, value in APART.items() if name in table.columns}
            row = {one.name: value for one, value in telling(table).items()} | more
            tx.execute(insert(table).values(row))
        handed = {one.where for one in staff.mentions(tx, JANE)}
        staff.erase(tx, JANE)
        left = {
            table.name for table in TELLING
            if NAME in repr(tx.execute(select(*(type_coerce(c, Text) for c in table.columns if is_text(c)))).all())
        }  # fmt: skip
        return handed, left

    handed, left = store.write_blocking(look)
    assert {table.name for table in TELLING} - handed == set()
    assert left == set()


@pytest.mark.parametrize("chosen", ["t1", "t2"])
def test_a_technician_is_taken_out_of_who_was_weighed_and_the_ticket_stays_given(store, chosen):
    ranking = [{"technician": ref, "score": "80", "parts": {"skill": "40"}} for ref in ("t1", "t2")]
    refused = [{"technician": "t11", "reasons": ["on leave"]}]
    row = {
        "write_id": 1, "at": datetime(2026, 3, 2, tzinfo=UTC), "actor": "user:ana", "source_id": 1, "ticket_ref": "1",
        "technician_ref": chosen, "recommended_ref": "t1", "ranking": ranking, "refused": refused, "reason": "",
    }  # fmt: skip
    absent = row | {"write_id": 2, "technician_ref": None, "recommended_ref": None, "ranking": []}
    absent["refused"] = [{"technician": "t1", "reasons": ["on leave"]}]
    foreign = row | {"write_id": 3, "source_id": 2}

    def look(tx):
        tx.execute(insert(assignments), [row, absent, foreign])
        handed = [one.content for one in staff.mentions(tx, JANE) if one.where == "assignments"]
        staff.erase(tx, JANE)
        return handed, tx.execute(select(assignments).order_by(assignments.c.write_id)).all()

    (first, second), (given, nobodys, others) = store.write_blocking(look)
    assert (first["is_chosen"], first["ranking"], first["refused"]) == (chosen == "t1", ranking[:1], [])
    assert second["refused"] == absent["refused"]
    assert given.technician_ref == chosen
    assert given.recommended_ref == ("t1" if chosen == "t1" else "[erased]")
    assert given.ranking == ({"technician": "[erased]", "score": "80", "parts": {}}, ranking[1])
    assert given.refused == tuple(refused), "an id that only begins the same is somebody else's"
    assert nobodys.refused == ({"technician": "[erased]", "reasons": []},)
    assert others.ranking == tuple(ranking), "the same id at another connection is somebody else's"
