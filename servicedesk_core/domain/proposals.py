"""Proposes what a tenant's own words mean. A proposal is shown to a person, never applied silently.

The rules are tables of ``meaning: phrase, phrase``. A label is compared without case, accents and punctuation. A
phrase matches when each of its words (alternatives stand between slashes) begins a word of the label: ``wait/pending
part`` matches "Waiting for parts". The first line that matches wins, so the narrower ones stand first. What no rule
knows has no proposal: a person decides.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from servicedesk_core.domain.status import Priority, QueueKind, StatusCategory
from servicedesk_core.domain.tickets import NoteVisibility
from servicedesk_core.domain.work import AppointmentState, ProjectState

E = TypeVar("E", bound=StrEnum)
Rules = list[tuple[E, list[list[tuple[str, ...]]]]]


def _rules(meanings: type[E], table: str) -> Rules[E]:
    lines = (line.partition(":") for line in table.strip().splitlines())
    return [
        (meanings(name.strip()), [[tuple(word.split("/")) for word in phrase.split()] for phrase in phrases.split(",")])
        for name, _, phrases in lines
    ]


_WAIT = "wait/await/pending/wart/attente/esper/attesa/wacht/aguard"
_STATUS = _rules(
    StatusCategory,
    f"""
    spam: spam, junk
    merged: merged, duplicate, duplikat, zusammengef, fusionn, duplicad, unito
    cancelled: cancel, abandon, withdrawn, reject, storn, abgebroch, annul, geannul, rifiut, rechaz
    customer_replied: note added, respond, replied
    in_progress: reopen, re opened, escal, eskal
    waiting_vendor: {_WAIT} vendor/supplier/manufactur/third/partner/isp/lieferant/hersteller/fournis/proveed/fornit
    waiting_parts: {_WAIT} part/material/hardware/deliver/shipment/teil/ware/piece/pieza/ricamb/onderde/peca, on order
    waiting_approval: {_WAIT} approv/quote/sign/freigabe/genehmig/approb/aprob/goedkeur/aprova
    waiting_customer: {_WAIT} customer/client/user/requester/contact/kund/anwender/usuari/utente/utilisat/klant
    waiting_customer: need/more info, ruckfrage
    needs_scheduling: to schedul, need schedul/dispatch, unschedul, zu plan, a planifier
    scheduled: schedul, dispatch, appointment, booked, geplant, eingeplant, termin vereinb/gebucht, planifi
    scheduled: program, pianific, agend
    on_hold: hold, paus, parked, deferred, suspend, zuruckgestellt, angehalten, suspens, sospes
    resolved: resol, solved, fixed, complet, gelost, behoben, resuelt, risolt, opgelost
    closed: clos, done, finish, geschlossen, abgeschlossen, erledigt, ferm, clotur, cerrad, chius
    closed: gesloten, conclu, termine, terminad, terminat
    in_progress: progress, working, work in, active, started, open, bearbeitung, en cours/curso, in corso, lavorazion
    in_progress: behandeling, andamento
    triaged: triaged, assign, accepted, acknowledg, zugewiesen, asignad, assegnat, toegewezen, atribuid
    new: new, unassigned, received, neu, nouve, nuev, nuov, nieuw, novo, nova
    """,
)
_PRIORITY = _rules(
    Priority,
    """
    P1: p1, critic, kriti, emergency, blocker, outage, notfall, hochst, emerg
    P5: p5, planning, lowest, trivial, very low, sehr niedrig, informational
    P2: p2, high, urgen, major, hoch, dringend, haut, eleve, alta, alto, hoog
    P3: p3, medi, normal, standard, moderate, mittel, moyen, gemiddeld
    P4: p4, low, minor, niedrig, gering, bas, faible, baj, laag, baix
    """,
)
_QUEUE = _rules(
    QueueKind,
    """
    alert: alert, monitor, rmm, alarm, backup
    noc: noc, network operation, infrastructure, server
    triage: triage, intake, inbox, unassigned, new ticket, client portal, eingang
    recurring: recurring, maint, preventive, scheduled, wartung, manutenz
    projects: project, projekt, projet, proyect, progett, implementation, onboarding
    dispatch: dispatch, field, onsite, on site, vor ort, sur site, installation
    helpdesk: help, support, service desk, level, tier, l1, l2, l3, hilfe, assist, soport
    """,
)
_ENDS = "cancel, abandon, withdrawn, storn, abgebroch, annul, geannul"
_DONE = "complet, done, finish, clos, abgeschlossen, erledigt, geschlossen, termine, conclu, gesloten"
_APPOINTMENT = _rules(
    AppointmentState,
    f"""
    cancelled: {_ENDS}
    completed: {_DONE}
    booked: new, book, confirm, schedul, open, neu, geplant, nouve, planifi
    """,
)
_PROJECT = _rules(
    ProjectState,
    f"""
    cancelled: {_ENDS}
    completed: {_DONE}
    on_hold: hold, paus, parked, deferred, suspend, inactive, inaktiv, zuruckgestellt, angehalten
    open: new, open, progress, active, start, plan, neu, aktiv, bearbeitung, nouve, en cours
    """,
)
_VISIBILITY = _rules(
    NoteVisibility,
    """
    partner: partner, co manag
    internal: intern, private, prive, priva, workflow, system, not visible
    public: public, extern, customer, client, portal, all user, offentlich, kund, publi
    """,
)

_NEGATION = re.compile(r"\b(not|non|no|nicht|pas|niet)\b")
_NUMBERED = re.compile(r"\b(?:p|priority|prio|prioritat|severity|sev)? ?([1-5])\b")


def propose_status(label: str) -> StatusCategory | None:
    """Say what a ticket status probably means, or ``None``."""
    return None if _NEGATION.search(_words(label)) else _propose(label, _STATUS)


def propose_priority(label: str) -> Priority | None:
    """Say how urgent a priority probably is, or ``None``; a word counts more than a number."""
    numbered = _NUMBERED.search(_words(label))
    return _propose(label, _PRIORITY) or (Priority(f"P{numbered[1]}") if numbered else None)


def propose_queue(label: str) -> QueueKind | None:
    """Say what a queue is probably for, or ``None``."""
    return _propose(label, _QUEUE)


def propose_appointment(label: str) -> AppointmentState | None:
    """Say where an appointment of this status probably stands, or ``None``."""
    return _propose(label, _APPOINTMENT)


def propose_project(label: str) -> ProjectState | None:
    """Say where a project of this status probably stands, or ``None``."""
    return _propose(label, _PROJECT)


def propose_visibility(label: str) -> NoteVisibility | None:
    """Say who may probably read notes of this kind, or ``None``; what is not known stays internal."""
    return _propose(label, _VISIBILITY)


PROPOSERS: Mapping[str, Callable[[str], StrEnum | None]] = {
    "status": propose_status,
    "priority": propose_priority,
    "queue": propose_queue,
    "appointment_status": propose_appointment,
    "project_status": propose_project,
    "note_visibility": propose_visibility,
}
"""By table of ``[connections.NAME.mapping]``."""

MEANINGS: Mapping[str, type[StrEnum]] = {
    "status": StatusCategory,
    "priority": Priority,
    "queue": QueueKind,
    "appointment_status": AppointmentState,
    "project_status": ProjectState,
    "note_visibility": NoteVisibility,
}
"""What the words of each table can mean."""


def _words(label: str) -> str:
    folded = unicodedata.normalize("NFKD", label.replace("ß", "ss").casefold())
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(re.findall(r"[a-z0-9]+", letters))


def _propose(label: str, rules: Rules[E]) -> E | None:
    text = f" {_words(label)}"
    for meaning, phrases in rules:
        if any(all(any(f" {start}" in text for start in word) for word in phrase) for phrase in phrases):
            return meaning
    return None
