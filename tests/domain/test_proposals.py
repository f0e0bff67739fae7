"""What a tenant's own words probably mean."""

import pytest

from servicedesk_core.domain import NoteVisibility, Priority, QueueKind, StatusCategory
from servicedesk_core.domain.proposals import (
    MEANINGS,
    PROPOSERS,
    propose_priority,
    propose_queue,
    propose_status,
    propose_visibility,
)


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("New", "new"),
        ("Complete", "resolved"),
        ("Waiting Customer", "waiting_customer"),
        ("Waiting on 3rd party vendor", "waiting_vendor"),
        ("Waiting Materials", "waiting_parts"),
        ("Pending approval", "waiting_approval"),
        ("In Progress", "in_progress"),
        ("Customer Note Added", "customer_replied"),
        ("Re-opened", "in_progress"),
        ("Dispatched", "scheduled"),
        ("To be scheduled", "needs_scheduling"),
        ("On Hold", "on_hold"),
        ("RMM Resolved", "resolved"),
        ("Cancelled", "cancelled"),
        ("Merged", "merged"),
        ("Assigned", "triaged"),
        ("Wartet auf Kunde", "waiting_customer"),
        ("Gelöst", "resolved"),
        ("Geschlossen", "closed"),
        ("En attente client", "waiting_customer"),
        ("Terminé", "closed"),
        ("Esperando aprobación", "waiting_approval"),
        ("Cerrado", "closed"),
        ("In attesa del fornitore", "waiting_vendor"),
        ("Gesloten", "closed"),
        ("Aguardando cliente", "waiting_customer"),
    ],
)
def test_obvious_statuses_are_proposed_in_several_languages(label, meaning):
    assert propose_status(label) is StatusCategory(meaning)


@pytest.mark.parametrize("label", ["Frozzled", "", "Not resolved", "Nicht gelöst", "Unresolved", "Pending", "日本語"])
def test_what_is_not_obvious_is_left_to_a_person(label):
    assert propose_status(label) is None


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("Critical", "P1"),
        ("Emergency", "P1"),
        ("High", "P2"),
        ("Medium", "P3"),
        ("Normal", "P3"),
        ("Low", "P4"),
        ("Niedrig", "P4"),
        ("Priority 2", "P2"),
        ("P5 - Planning", "P5"),
        ("3 - Standard", "P3"),
        ("Sev 1", "P1"),
    ],
)
def test_priorities_are_proposed_from_words_and_numbers(label, meaning):
    assert propose_priority(label) is Priority(meaning)


def test_a_priority_that_says_nothing_has_no_proposal():
    assert propose_priority("Purple") is None


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("Level I Support", "helpdesk"),
        ("Monitoring Alert", "alert"),
        ("Field Service", "dispatch"),
        ("Projects", "projects"),
        ("Client Portal", "triage"),
        ("Recurring maintenance", "recurring"),
        ("NOC", "noc"),
    ],
)
def test_queues_are_proposed(label, meaning):
    assert propose_queue(label) is QueueKind(meaning)


def test_a_queue_that_does_not_say_what_it_is_for_has_no_proposal():
    assert propose_queue("Post Sale") is None


def test_a_note_is_public_only_when_nothing_says_otherwise():
    assert propose_visibility("All Users") is NoteVisibility.PUBLIC
    assert propose_visibility("Internal Users Only") is NoteVisibility.INTERNAL
    assert propose_visibility("Internal note about customer") is NoteVisibility.INTERNAL
    assert propose_visibility("Internal & Co-Managed") is NoteVisibility.PARTNER
    assert propose_visibility("Something") is None


def test_every_table_of_the_mapping_has_its_proposer_and_its_meanings():
    tables = {"status", "priority", "queue", "appointment_status", "project_status", "note_visibility"}
    assert set(PROPOSERS) == set(MEANINGS) == tables
    assert PROPOSERS["appointment_status"]("Canceled") is MEANINGS["appointment_status"].CANCELLED
    assert PROPOSERS["project_status"]("On Hold") is MEANINGS["project_status"].ON_HOLD
