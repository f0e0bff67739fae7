"""``plugins check`` as an author sees it."""

import pytest

from servicedesk_core.cli.shell import exit_codes


@pytest.mark.slow
def test_it_shows_the_grade_and_for_each_missing_rule_why_and_how(run):
    assert run("new", "connector", "acme").code == 0
    ran = run("plugins", "check", "acme", "--quick", "--at-least", "gold")
    assert ran.code == exit_codes.ERROR, "the generated connector is silver, and CI can demand more"
    for text in ("Within reach", "silver", "gold: traps", "Why", "Mend", "tests-green: not measured"):
        assert text in ran.out


@pytest.mark.slow
def test_a_document_holds_every_rule(run):
    assert run("new", "connector", "acme").code == 0
    ran = run("plugins", "check", "acme", "--quick", "--json")
    assert ran.code == 0
    data = ran.json["data"]
    assert (data["distribution"], data["within_reach"]) == ("servicedesk-acme", "silver")
    assert all(one["why"] and one["mend"] for one in data["outcomes"])


def test_grades_and_folders_that_do_not_exist_are_refused(run):
    assert run("plugins", "check", ".", "--quick", "--at-least", "brass").code == exit_codes.USAGE
    assert run("plugins", "check", ".", "--quick").code == exit_codes.USAGE
