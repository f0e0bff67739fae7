"""What decides in triage, and what tickets have in common."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from servicedesk_core.errors import WriteError
from servicedesk_core.features.triage.kinds import USUAL, Intake, Level, TriageRules
from servicedesk_core.features.triage.likeness import Candidate, duplicates, fixes, outages
from servicedesk_core.features.triage.rules import (
    Sort,
    answered,
    kind_given,
    note_of,
    priority_by,
    questions_for,
)

NOW = datetime(2026, 3, 11, 14, tzinfo=UTC)
PRINTER = Intake(
    name="printer", issue=("Printer",), questions={"which": "Which printer is it?", "since": "Since when?"}
)
ALL = Intake(name="all", kind=("incident",), questions={"who": "Who else has it?", "begun": "since when?"})


def at(local_id: int, title: str, hours: float = 0, **more: object) -> Candidate:
    fields = {"client": "c1"} | more
    return Candidate(local_id, title, NOW - timedelta(hours=hours), **fields)


def test_impact_and_urgency_give_the_priority_of_the_matrix_in_force():
    assert priority_by((), Level.HIGH, Level.LOW) == "P3"
    own = TriageRules(matrix={**USUAL, Level.HIGH: dict.fromkeys(Level, "P1")})
    assert [priority_by((own,), Level.HIGH, one) for one in Level] == ["P1", "P1", "P1"]


def test_a_matrix_with_a_hole_is_refused():
    with pytest.raises(ValidationError, match=r"low\.low"):
        TriageRules(matrix={**USUAL, Level.LOW: {Level.HIGH: "P3", Level.MEDIUM: "P4"}})


def test_what_is_asked_depends_on_the_sort_and_is_asked_once():
    keys = [one.key for one in questions_for((PRINTER, ALL), Sort("incident", None, "printer", None))]
    assert keys == ["which", "since", "who"]
    assert questions_for((PRINTER, ALL), Sort("change", None, None, "x")) == ()


def test_a_note_of_answers_is_read_back_as_answered():
    asked = questions_for((PRINTER, ALL), Sort("incident", None, "Printer", None))
    body = note_of(asked, {"since": "Monday\n", "who": "Nobody"})
    said = set(answered(body))
    assert [one.key for one in asked if one.text.casefold() not in said] == ["which"]


@pytest.mark.parametrize(("answers", "told"), [({"wich": "x"}, "which"), ({"which": "  "}, "no answer")])
def test_an_answer_to_what_is_not_asked_or_without_words_is_refused(answers, told):
    with pytest.raises(WriteError, match=told):
        note_of(questions_for((PRINTER,), Sort(None, None, "Printer", None)), answers)


def test_a_kind_is_ours_or_the_vendors_own_word():
    assert kind_given("Request") == {"kind": "service_request"}
    assert kind_given("Break-fix") == {"kind_name": "Break-fix"}


def test_a_duplicate_is_of_the_same_client_near_in_time_and_about_the_same():
    one = at(1, "Printer in room 4 prints nothing", device="d1", contact="k1")
    others = [
        at(2, "RE: printer prints nothing at all", 3),
        at(3, "Printer prints slowly", 30, device="d1", contact="k1"),
        at(4, "Printer in room 4 prints nothing", client="c2"),
        at(5, "Printer in room 4 prints nothing", 15 * 24),
        at(6, "VPN is slow", 1, device="d1", contact="k1"),
    ]
    found = duplicates(one, [one, *others])
    assert [like.ticket.local_id for like in found] == [3, 2]
    assert found[0].why == "40 % of the words (printer, prints); same device; same contact"


def test_what_helped_is_resolved_and_says_how_whoever_had_it():
    one = at(1, "Outlook asks for password", model="Dell 5400")
    others = [
        at(2, "Outlook asks for the password again", 900, client="c2", is_open=False, resolution="Removed it."),
        at(3, "Outlook asks for password", 900, is_open=False),
        at(4, "Outlook asks for password", 900, resolution="Not yet done."),
        at(5, "Monitor is dark", 900, is_open=False, resolution="New cable.", model="Dell 5400"),
    ]
    assert [like.ticket.local_id for like in fixes(one, others)] == [2]


def test_three_tickets_of_a_client_or_a_model_at_once_are_an_outage_unless_that_is_usual():
    one = at(1, "No internet", model="Fritz 7590")
    at_once = [at(2, "Phones are dead", 1), at(3, "Cannot reach the server", 2)]
    assert [[t.local_id for t in found.tickets] for found in outages(one, at_once)] == [[3, 2, 1]]
    assert outages(one, [at(2, "Phones are dead", 1), at(3, "Mail", 5)]) == ()
    busy = [at(100 + n, f"Ticket {n}", 5 + n) for n in range(60)]
    assert outages(one, [*at_once, *busy]) == ()
    models = [at(n, "Dark", 1, client=f"c{n}", model="Fritz 7590") for n in (2, 3)]
    assert [found.why for found in outages(one, models)] == ["3 tickets of this model within 4 hours of it"]


def test_a_word_that_several_clients_share_at_once_is_an_outage():
    one = at(1, "Teams sign-in fails")
    others = [at(n, "Teams fails since noon", n / 2, client=f"c{n}") for n in (2, 3, 4)]
    (found,) = outages(one, others)
    assert found.why == '4 tickets of 4 clients with "fails", "teams" within 4 hours of it'
    often = [at(50 + n, "Teams fails", 5 + n / 2, client=f"c{n}") for n in range(30)]
    assert outages(one, [*others, *often]) == ()
