"""A record is printed as its fields, and the records in it as people read them, too."""

from dataclasses import dataclass
from typing import Annotated

from servicedesk_core.cli.derived.showing import _record
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.faces import Column, Opens


@dataclass(frozen=True, slots=True)
class Part:
    number: Annotated[str, Column("Its number.", "No.")]
    price: Annotated[int, Column("Its price.")]


@dataclass(frozen=True, slots=True)
class Order:
    name: Annotated[str, Column("Its name.")]
    first: Annotated[Part, Column("The first of them.", "Begins with")]
    parts: Annotated[tuple[Part, ...], Column("All of them.")]
    words: Annotated[tuple[str, ...], Column("What was said.", "Said")]
    opens: Annotated[Opens | None, Column("Where it leads.")] = None


def test_records_in_a_record_are_printed_as_their_fields_and_as_tables(capsys):
    order = Order("O1", Part("P1", 3), (Part("P1", 3), Part("P2", 4)), ("soon", "today"))
    _record(Cli(), order)
    told = capsys.readouterr().out
    assert "Part(" not in told
    name, said, _, begins, number, price, *table = (line.split() for line in told.splitlines())
    assert (name, said) == (["Name", "O1"], ["Said", "soon,", "today"])
    assert (begins, number, price) == (["Begins", "with"], ["No.", "P1"], ["Price", "3"])
    assert [line for line in table if line][-2:] == [["P1", "3"], ["P2", "4"]]
