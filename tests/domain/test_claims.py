"""Claims in the pure domain: every path through the states, whatever a manufacturer tells in whatever order."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk_core.domain.warranty import (
    FINAL,
    OURS,
    TRANSITIONS,
    Attachment,
    Claim,
    ClaimDraft,
    ClaimEventKind,
    ClaimLine,
    ClaimProgress,
    ClaimReport,
    ClaimRules,
    ClaimService,
    ClaimState,
    ClaimStatus,
    ClaimStep,
    Credit,
    CreditKind,
    CreditState,
    DeviceRef,
    LineDecision,
    PartReturn,
    ReturnState,
    fold,
    is_overdue,
    path,
    problems_of,
)

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
S = ClaimState
LINES = (
    ClaimLine(number=1, part_number="P1", quantity=Decimal(2)),
    ClaimLine(number=2, part_number="P2", quantity=Decimal(1)),
)


def report(status=None, word=None, **more):
    return ClaimReport(ref="C1", status=status, vendor_status=word, **more)


def at(state, **more):
    return ClaimProgress(state=state, ref="C1", **more)


def moves(folded):
    return [(e.after, e.is_inferred) for e in folded.events if e.kind is ClaimEventKind.STATE]


def test_a_claim_closed_at_first_sight_has_its_path_inferred():
    folded = fold(at(S.UNDER_REVIEW), report(ClaimStatus.CLOSED, "Closed"), LINES, NOW)
    assert moves(folded) == [(S.APPROVED, True), (S.CLOSED, False)]
    assert folded.events[-1].vendor_status == "Closed"


def test_a_step_back_is_told_once_and_not_taken():
    first = fold(at(S.IN_FULFILMENT), report(ClaimStatus.UNDER_REVIEW), LINES, NOW)
    assert (first.progress.state, [e.kind for e in first.events]) == (S.IN_FULFILMENT, [ClaimEventKind.WENT_BACK])
    assert fold(first.progress, report(ClaimStatus.UNDER_REVIEW), LINES, NOW).events == ()


def test_a_denied_claim_goes_back_to_review_only_after_it_was_sent_again():
    denied = at(S.DENIED, denial_count=1)
    assert fold(denied, report(ClaimStatus.UNDER_REVIEW), LINES, NOW).progress.state is S.DENIED
    again = denied.model_copy(update={"resubmitted_at": NOW})
    assert fold(again, report(ClaimStatus.UNDER_REVIEW), LINES, NOW).progress.state is S.UNDER_REVIEW
    assert moves(fold(denied, report(ClaimStatus.APPROVED), LINES, NOW)) == [
        (S.UNDER_REVIEW, True),
        (S.APPROVED, False),
    ]


def test_a_denial_older_than_our_resubmission_is_not_a_second_one():
    again = at(S.UNDER_REVIEW, denial_count=1, resubmitted_at=NOW)
    stale = report(ClaimStatus.DENIED, modified_at=NOW - timedelta(hours=1))
    assert fold(again, stale, LINES, NOW).progress.denial_count == 1


DENIED_AGAIN = report(ClaimStatus.DENIED, denial_reason="no evidence")


@pytest.mark.parametrize(
    ("known", "told", "hours", "count"),
    [
        ({}, DENIED_AGAIN, 1, 1),
        ({}, report(ClaimStatus.DENIED), 1, 1),
        ({}, report(ClaimStatus.DENIED, denial_reason="accidental damage"), 1, 2),
        ({"seen_again": True}, DENIED_AGAIN, 1, 2),
        ({}, DENIED_AGAIN, 24, 2),
    ],
    ids=["the same", "no reason", "another reason", "something else was shown", "still shown a day later"],
)
def test_a_denial_without_an_instant_counts_again_only_when_it_must_be_another(known, told, hours, count):
    again = at(S.UNDER_REVIEW, denial_count=1, denial_reason="no evidence", resubmitted_at=NOW, **known)
    after = fold(again, told, LINES, NOW + timedelta(hours=hours)).progress
    assert (after.denial_count, after.state) == (count, S.DENIED if count == 2 else S.UNDER_REVIEW)


def test_what_is_shown_after_a_resubmission_makes_the_next_denial_another_one():
    again = at(S.UNDER_REVIEW, denial_count=1, denial_reason="no evidence", resubmitted_at=NOW)
    reviewed = fold(again, report(ClaimStatus.UNDER_REVIEW), LINES, NOW + timedelta(hours=1)).progress
    assert fold(reviewed, DENIED_AGAIN, LINES, NOW + timedelta(hours=2)).progress.denial_count == 2
    fresh = report(ClaimStatus.DENIED, modified_at=NOW + timedelta(hours=1), denial_reason="no evidence")
    folded = fold(again, fresh, LINES, NOW).progress
    assert (folded.denial_count, folded.state, folded.denial_reason) == (2, S.DENIED, "no evidence")


@pytest.mark.parametrize(
    "decision",
    [
        LineDecision(number=2, is_approved=False, reason="worn"),
        LineDecision(number=1, is_approved=True, approved_quantity=Decimal(1)),
    ],
)
def test_an_approval_that_leaves_something_out_is_one_in_part(decision):
    folded = fold(at(S.UNDER_REVIEW), report(ClaimStatus.APPROVED, decisions=(decision,)), LINES, NOW)
    assert folded.progress.state is S.PARTIALLY_APPROVED
    whole = (LineDecision(number=1, is_approved=True, approved_quantity=Decimal(2)),)
    assert fold(folded.progress, report(ClaimStatus.APPROVED, decisions=whole), LINES, NOW).progress.state is S.APPROVED


def test_an_unknown_word_changes_nothing_but_is_kept_and_told_once():
    folded = fold(at(S.APPROVED, vendor_status="Ok"), report(None, "Zorp"), LINES, NOW)
    assert (folded.progress.state, folded.progress.vendor_status) == (S.APPROVED, "Zorp")
    assert [e.kind for e in folded.events] == [ClaimEventKind.UNKNOWN_STATUS]
    assert fold(folded.progress, report(None, "Zorp"), LINES, NOW).events == ()


def test_the_vendors_own_history_is_believed_and_read_once():
    steps = (
        ClaimStep(at=NOW, vendor_status="denied", status=ClaimStatus.DENIED),
        ClaimStep(at=NOW + timedelta(days=1), vendor_status="again", status=ClaimStatus.UNDER_REVIEW),
        ClaimStep(at=NOW + timedelta(days=2), vendor_status="yes", status=ClaimStatus.APPROVED),
    )
    told = report(ClaimStatus.APPROVED, "yes", history=steps)
    folded = fold(at(S.UNDER_REVIEW), told, LINES, NOW)
    assert moves(folded) == [(S.DENIED, False), (S.UNDER_REVIEW, False), (S.APPROVED, False)]
    assert [e.at for e in folded.events] == [step.at for step in steps]
    assert fold(folded.progress, told, LINES, NOW).events == ()


def test_returns_and_money_live_on_after_the_end():
    part = PartReturn(line=1, state=ReturnState.DUE, due_on=date(2026, 4, 1))
    money = Credit(kind=CreditKind.PARTS, state=CreditState.APPROVED, approved=Decimal("9.9"), currency="EUR")
    folded = fold(at(S.CLOSED), report(ClaimStatus.CLOSED, returns=(part,), credits=(money,)), LINES, NOW)
    assert (folded.progress.returns, folded.progress.credits) == ((part,), (money,))
    silent = fold(folded.progress, report(ClaimStatus.CLOSED), LINES, NOW)
    assert (silent.progress.returns, silent.events) == ((part,), ())


def test_the_last_day_is_in_time():
    part = PartReturn(state=ReturnState.IN_TRANSIT, due_on=date(2026, 4, 1))
    assert not is_overdue(part, date(2026, 4, 1))
    assert is_overdue(part, date(2026, 4, 2))
    assert not is_overdue(part.model_copy(update={"state": ReturnState.WAIVED}), date(2026, 4, 2))
    assert is_overdue(PartReturn(state=ReturnState.OVERDUE), date(2026, 4, 1))


reports = st.builds(
    report,
    status=st.none() | st.sampled_from(ClaimStatus),
    word=st.none() | st.sampled_from(["a", "b", "c"]),
    modified_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    history=st.lists(
        st.builds(
            ClaimStep,
            at=st.integers(0, 300).map(lambda days: NOW + timedelta(days=days)),
            vendor_status=st.sampled_from(["x", "y"]),
            status=st.none() | st.sampled_from(ClaimStatus),
        ),
        max_size=3,
    ).map(tuple),
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ClaimState), st.lists(reports, max_size=6))
def test_whatever_is_told_each_step_is_legal_and_the_end_is_the_end(start, told):
    progress = at(start)
    for one in told:
        folded = fold(progress, one, LINES, NOW)
        state = progress.state
        for event in folded.events:
            if event.kind is not ClaimEventKind.STATE:
                continue
            assert event.before is state
            resubmission = (S.DENIED, S.UNDER_REVIEW)
            sent = state in OURS and event.after is S.UNDER_REVIEW
            assert sent or event.after in TRANSITIONS[state] or (state, event.after) == resubmission
            state = event.after
        assert state is folded.progress.state
        if progress.state in FINAL:
            assert folded.progress.state is progress.state
        assert folded.progress.denial_count - progress.denial_count == sum(
            e.kind is ClaimEventKind.STATE and e.after is S.DENIED for e in folded.events
        )
        progress = folded.progress


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(set(ClaimState) - OURS)), reports)
def test_the_same_answer_again_tells_nothing_new(start, told):
    once = fold(at(start), told, LINES, NOW)
    quiet = told.model_copy(update={"history": ()}) if told.history else told
    twice = fold(once.progress, told, LINES, NOW)
    if not told.history:
        assert (twice.progress, twice.events) == (once.progress, ())
    again = fold(twice.progress, quiet, LINES, NOW)
    assert again.progress.denial_count == twice.progress.denial_count


def test_from_every_open_state_of_the_maker_an_end_can_be_reached():
    for state in set(ClaimState) - OURS - FINAL:
        assert any(path(state, end) for end in FINAL), state
    assert path(S.CLOSED, S.UNDER_REVIEW) is None


DRAFT = ClaimDraft(device=DeviceRef(manufacturer="maker", serial_number="SN1"))


def test_a_draft_names_everything_that_is_missing_at_once():
    assert [one.field for one in DRAFT.missing()] == [
        "symptom", "contact.name", "contact.email or contact.phone", "ship_to.name", "ship_to.lines", "ship_to.city",
        "ship_to.country",
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"symptom, contact\.name"):
        DRAFT.claim("SD-1")


def whole(**more):
    draft = DRAFT.changed(
        {
            "symptom": "Dead", "contact_name": "Pat", "contact_email": "pat@example.com", "ship_to_name": "Client",
            "ship_to_lines": ("1 Street",), "ship_to_city": "Town", "ship_to_country": "US", **more,
        }
    )  # fmt: skip
    return draft.claim("SD-1", more.pop("attachments", ()) if "attachments" in more else ())


def test_rules_are_data_and_every_breach_is_named():
    rules = ClaimRules(
        services=(ClaimService.ON_SITE,),
        required=("invoice_number", "lines.failed_serial_number"),
        evidence=("proof_of_purchase",),
        max_lines=1,
        max_length={"symptom": 3, "lines.part_number": 1},
        max_attachment_bytes=1,
        media_types=("image/png",),
        filing_days=30,
    )
    claim: Claim = whole(lines=LINES, failed_on=date(2026, 1, 1)).model_copy(
        update={"attachments": (Attachment(name="a", media_type="text/plain", content=b"ab", kind="photo"),)}
    )
    assert [one.field for one in problems_of(claim, rules, date(2026, 3, 2))] == [
        "service", "invoice_number", "lines.1.failed_serial_number", "lines.2.failed_serial_number", "symptom",
        "lines.1.part_number", "lines.2.part_number", "lines", "attachments", "attachments.1", "attachments.1",
        "failed_on",
    ]  # fmt: skip
    assert problems_of(claim, ClaimRules(), date(2026, 3, 2)) == ()
    assert rules.filing_due_on(date(2026, 1, 1)) == date(2026, 1, 31)
    assert [ClaimRules(resubmissions=3).may_resubmit(count) for count in (1, 3, 4)] == [True, True, False]
