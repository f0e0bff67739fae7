"""What Xero calls about, and how it makes sure that somebody listens."""

import json

import pytest
from pydantic import SecretStr

from servicedesk_core.hooks import Delivery, HintKind, Verdict
from servicedesk_xero import XeroSettings
from servicedesk_xero.sandbox.seed import id_of
from servicedesk_xero.webhooks import events, verdict

KEY = "demo-webhook-key"
INTENT = b'{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"ABC"}'
SIGNED = "id6iLA41DMN9LibNJPoOMj9+/CrF5DuuLpocrpTwTJ0="
ONE, OTHER = id_of("Tenant", "Example Services"), id_of("Tenant", "Example Holdings")


@pytest.fixture
def settings():
    def make(**more):
        return XeroSettings(client_id="id", client_secret=SecretStr("secret"), **{"webhook_key": KEY, **more})

    return make


def delivered(body, signature=SIGNED):
    return Delivery("POST", {"x-xero-signature": signature} if signature else {}, (), body)


def event(**more):
    told = {"resourceId": id_of("Invoices", "INV-0001"), "eventType": "UPDATE", "eventCategory": "INVOICE",
            "eventDateUtc": "2026-11-20T09:30:00.123", "tenantId": ONE, "tenantType": "ORGANISATION"}  # fmt: skip
    return {**told, **more}


def hints(settings, *rows):
    return events(delivered(json.dumps({"events": rows}).encode()), settings)


def test_the_intent_to_receive_is_known_by_its_signature_and_says_nothing(settings):
    assert verdict(delivered(INTENT), settings()) is Verdict.GENUINE
    assert verdict(delivered(INTENT, "wrong" + SIGNED[5:]), settings()) is Verdict.WRONG_SIGNATURE
    assert events(delivered(INTENT), settings()) == ()


def test_without_a_key_or_a_signature_nobody_is_believed(settings):
    assert verdict(delivered(INTENT), settings(webhook_key=None)) is Verdict.UNSIGNED
    assert verdict(delivered(INTENT, None), settings()) is Verdict.UNSIGNED


def test_an_event_names_its_record_and_is_known_again(settings):
    (one,) = hints(settings(), event())
    assert (one.kind, one.stream, one.ref) == (HintKind.CHANGED, "sales_invoices", id_of("Invoices", "INV-0001"))
    assert one.at.isoformat() == "2026-11-20T09:30:00.123000+00:00"
    assert hints(settings(), event())[0].event_id == one.event_id
    assert hints(settings(), event(eventDateUtc="2026-11-20T09:31:00"))[0].event_id != one.event_id


@pytest.mark.parametrize(("organisation", "count"), [(None, 1), (ONE, 1), (OTHER, 0), ("Example Services", 1)])
def test_events_of_another_organisation_say_nothing_where_its_id_is_configured(settings, organisation, count):
    assert len(hints(settings(organisation=organisation), event())) == count


def test_what_no_stream_stands_for_says_nothing(settings):
    rows = [
        event(eventCategory="SUBSCRIPTION"),
        event(eventCategory="CREDITNOTE", data={"Type": "ACCPAYCREDIT", "Status": "DRAFT"}),
        event(resourceId="7"),
        event(eventType="PAY"),
        "odd",
    ]
    assert hints(settings(), *rows) == ()
    (one,) = hints(settings(), event(eventCategory="CREDITNOTE", data={"Type": "ACCRECCREDIT"}))
    assert one.stream == "credit_notes"


async def test_what_is_heard_of_an_invoice_is_read(xero):
    capability = xero.describe_capabilities().webhooks
    assert capability.within_s == 5.0
    assert set(capability.streams) <= {one.stream for one in xero.describe_capabilities().streams}
