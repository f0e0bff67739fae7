"""How many technicians tickets take, held against worked numbers, and where somebody is missing."""

from decimal import Decimal

import pytest

from servicedesk_core.features.forecast.staffing import Basis, OnRota, missing_s

HOUR = 3_600
BASIS = Basis(Decimal("0.75") * HOUR, Decimal(8 * HOUR), Decimal("0.80"), Decimal("0.15"))


def on_rota(hours, groups=None, there=None):
    return OnRota(
        None if groups is None else frozenset(groups), hours * HOUR, (hours if there is None else there) * HOUR
    )


def test_technicians_are_the_worked_number_rounded_up():
    needed_s = BASIS.needed_s(Decimal(96))
    assert BASIS.workload_s(Decimal(96)) == 72 * HOUR
    assert needed_s / (Decimal(8 * HOUR) * (1 - Decimal("0.15"))) == pytest.approx(
        Decimal("13.235"), abs=Decimal("0.001")
    )
    assert BASIS.technicians(needed_s) == 14
    exact = Basis(Decimal(HOUR), Decimal(8 * HOUR), Decimal("0.9"), Decimal(0))
    assert exact.technicians(exact.needed_s(Decimal(72))) == 10, "what comes out even is not rounded"


@pytest.mark.parametrize(("shifts", "missing"), [(14, 0), (13, 1), (12, 2), (0, 14)])
def test_who_is_missing_is_the_difference_to_the_rota(shifts, missing):
    people = [on_rota(8) for _ in range(shifts)]
    needed_s = BASIS.needed_s(Decimal(96))
    left = missing_s({"": needed_s}, people, BASIS.present(people))[""]
    assert BASIS.technicians(left) == missing


def test_known_leave_counts_where_it_is_more_than_usual():
    usual = [on_rota(8) for _ in range(9)] + [on_rota(8, there=0)]
    assert BASIS.present(usual) * 72 == 68, (
        "of ten 15 % are away anyway, and the one of whom it is known is one of them"
    )
    many = [on_rota(8) for _ in range(5)] + [on_rota(8, there=0) for _ in range(5)]
    assert BASIS.present(many) == 1
    assert BASIS.present([on_rota(8, there=0)]) == 0


def test_who_works_few_groups_is_put_to_these_first():
    wanted = {"noc": Decimal(8 * HOUR), "helpdesk": Decimal(8 * HOUR)}
    people = [on_rota(8), on_rota(8, {"noc"})]
    assert missing_s(wanted, people, Decimal(1)) == {"noc": 0, "helpdesk": 0}
    assert missing_s(wanted, [on_rota(8, {"noc"}), on_rota(8, {"noc"})], Decimal(1)) == {"noc": 0, "helpdesk": 8 * HOUR}
    assert missing_s({"other": Decimal(HOUR)}, [on_rota(8, {"noc"})], Decimal(1)) == {"other": HOUR}


@pytest.mark.parametrize(
    ("wanted", "people", "missing"),
    [
        ({"a": 7, "b": 8}, [(8, "ab"), (8, "bc")], 0),
        ({"a": 8, "b": 8, "c": 8}, [(8, "ab"), (8, "bc"), (8, "ac")], 0),
        ({"a": 4, "b": 6, "c": 8}, [(8, "abc"), (8, "bc")], 2),
        ({"a": 4, "b": 8, "c": 8}, [(8, "bc"), (8, "ab"), (4, "c")], 0),
        ({"a": 8, "b": 1}, [(8, "b"), (4, "ab")], 4),
        ({"a": 8}, [], 8),
    ],
)
def test_nobody_is_missing_where_people_can_be_put_so_that_all_is_worked(wanted, people, missing):
    hours = {group: Decimal(each * HOUR) for group, each in wanted.items()}
    found = missing_s(hours, [on_rota(each, groups) for each, groups in people], Decimal(1))
    assert sum(found.values()) == missing * HOUR
    assert all(0 <= found[group] <= hours[group] for group in hours)
