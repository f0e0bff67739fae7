"""What sending one claim costs at the database: counted, so that it holds on any machine."""

import json
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from servicedesk_core.cli.main import main

MOST_TRANSACTIONS, MOST_STATEMENTS = 40, 200


@contextmanager
def counted():
    """Count what reaches any database of this process, transactions and statements."""
    begun, statements = [], []

    def on_begin(connection):
        begun.append(connection)

    def on_statement(connection, cursor, statement, *more):
        statements.append(statement)

    event.listen(Engine, "begin", on_begin)
    event.listen(Engine, "before_cursor_execute", on_statement)
    try:
        yield begun, statements
    finally:
        event.remove(Engine, "begin", on_begin)
        event.remove(Engine, "before_cursor_execute", on_statement)


@pytest.fixture
def run(home, capsys):
    def run(*words):
        code = main(["--config", str(home), "claims", *words, "--json"])
        told = capsys.readouterr()
        assert code == 0, told.err
        return json.loads(told.out)["data"]

    return run


def test_a_claim_is_sent_with_one_opening_of_the_desk_and_few_statements(run, vendor):
    name = run("new", "T50", "--part", "P1")["claim"]["claim_id"]
    assert run("check", name)["can_be_sent"]
    with counted() as (begun, statements):
        run("submit", name, "--yes")
    assert len(vendor.held()) == len(vendor.notes()) == 1, "the claim, and the note on its ticket"
    assert sum("FROM alembic_version" in one for one in statements) == 1, "the desk is opened once"
    assert len(begun) <= MOST_TRANSACTIONS
    assert len(statements) <= MOST_STATEMENTS
