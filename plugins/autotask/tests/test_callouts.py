"""The vendor calls: its signature, what its callouts name, and webhooks that are registered, switched off, and gone."""

import json

import pytest

from servicedesk_autotask.callouts.subscribing import BY_STREAM
from servicedesk_autotask.sandbox.callouts import FAILED_IN_A_ROW, as_sent, signature
from servicedesk_core.errors import PermissionDeniedError, ProtocolError, RejectedError, WriteNotGrantedError
from servicedesk_core.hooks import WEBHOOKS, Delivery, HintKind, Verdict, WebhookEndpoint
from servicedesk_core.testing import WebhookSuite

SECRET = "a-secret-of-the-endpoint"
CALLOUT = {
    "Action": "Update",
    "Guid": "g-1",
    "EntityType": "Ticket",
    "Id": 351181,
    "Fields": {"Title": 'Müller\'s <printer> & "co" + more'},
    "EventTime": "2026-11-20T14:57:50Z",
    "SequenceNumber": 7,
    "PersonID": 30691780,
}


def delivery(body, told=None):
    body = body if isinstance(body, bytes) else as_sent(body)
    headers = {"content-type": "application/json"} | ({} if told is None else {"x-hook-signature": told})
    return Delivery("POST", headers, (), body)


def test_the_signature_is_made_of_the_bytes_as_they_came(autotask):
    sent = delivery(CALLOUT)
    assert b"M\\u00FCller\\u0027s \\u003Cprinter\\u003E \\u0026 \\u0022co\\u0022 \\u002B more" in sent.body
    signed = signature(SECRET, sent.body)
    assert autotask.verify_webhook(delivery(sent.body, signed), SECRET, None) is Verdict.GENUINE
    rewritten = json.dumps(json.loads(sent.body)).encode()
    assert autotask.verify_webhook(delivery(rewritten, signed), SECRET, None) is Verdict.WRONG_SIGNATURE


def test_a_signature_is_base64_and_not_hex(autotask):
    body, told = b"body", "sha1=cLv2gZ0QN6qUyn5/U3y+ol/kkoM="  # by other means than the sandbox's
    assert autotask.verify_webhook(delivery(body, told), "key", None) is Verdict.GENUINE
    in_hex = "sha1=70bbf6819d1037aa94ca7e7f537cbea25fe49283"
    assert autotask.verify_webhook(delivery(body, in_hex), "key", None) is Verdict.WRONG_SIGNATURE


@pytest.mark.parametrize("told", ["sha1=AAAA", "AAAA", "sha256=AAAA", "sha1=ÿ", " "])
def test_anything_else_is_a_wrong_signature(autotask, told):
    assert autotask.verify_webhook(delivery(CALLOUT, told), SECRET, None) is not Verdict.GENUINE


def test_what_is_not_signed_is_nobodys(autotask):
    assert autotask.verify_webhook(delivery(CALLOUT), SECRET, None) is Verdict.UNSIGNED


def test_a_callout_names_a_record_and_who_changed_it(autotask):
    (event,) = autotask.webhook_events(delivery(CALLOUT))
    assert (event.kind, event.stream, event.ref) == (HintKind.CHANGED, "tickets", "351181")
    assert (event.event_id, event.actor, event.at.isoformat()) == ("g-1:7", "30691780", "2026-11-20T14:57:50+00:00")


@pytest.mark.parametrize(
    ("entity", "stream"),
    [
        ("Ticket", "tickets"),
        ("TicketNote", "notes"),
        ("Account", "companies"),
        ("Companies", "companies"),
        ("Contact", "contacts"),
        ("InstalledProduct", "assets"),
        ("ConfigurationItems", "assets"),
    ],
)
def test_entities_go_by_the_names_of_the_older_interface_and_of_this_one(autotask, entity, stream):
    (event,) = autotask.webhook_events(delivery(CALLOUT | {"EntityType": entity, "Action": "Create"}))
    assert (event.kind, event.stream) == (HintKind.ADDED, stream)


def test_the_person_is_spelt_in_two_ways(autotask):
    other = {name: value for name, value in CALLOUT.items() if name != "PersonID"} | {"PersonId": 5}
    assert autotask.webhook_events(delivery(other))[0].actor == "5"


def test_a_deactivation_names_no_entity_and_is_only_looked_into(autotask):
    (event,) = autotask.webhook_events(delivery({"Action": "Deactivated", "Guid": "g-1"}))
    assert (event.kind, event.stream, event.ref) == (HintKind.SUBSCRIPTION, "", "g-1")


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b'{"Action":"Update"}', b'{"Action":"Ring","Id":1}'])
def test_what_is_no_callout_is_a_value_error(autotask, body):
    with pytest.raises(ValueError):  # noqa: PT011  # whatever it says, nobody sees it
        autotask.webhook_events(delivery(body))


def test_an_entity_that_no_stream_stands_for_is_nothing(autotask):
    assert autotask.webhook_events(delivery(CALLOUT | {"EntityType": "Opportunity"})) == ()


ENDPOINT = WebhookEndpoint("http://127.0.0.1:9/hooks/token", SECRET)


async def test_without_the_grant_nothing_is_sent(changing_desk):
    async with changing_desk.connector() as autotask:
        with pytest.raises(WriteNotGrantedError):
            await autotask.register_webhook("tickets", ENDPOINT)
    assert changing_desk.sandbox.state()["writes"] == []


async def test_every_entity_that_can_call_is_registered_with_its_fields_and_removed(changing_desk):
    store = changing_desk.sandbox.store
    async with changing_desk.connector(grants=[WEBHOOKS]) as autotask:
        for stream in autotask.describe_capabilities().webhooks.streams:
            subscription = await autotask.register_webhook(stream, ENDPOINT)
            assert (subscription.stream, subscription.is_active) == (stream, True)
        (hook,) = store.select("TicketWebhooks")
        assert (hook["secretKey"], hook["webhookUrl"]) == (SECRET, ENDPOINT.url)
        fields = store.select("TicketWebhookFields")
        assert len(fields) == len(BY_STREAM["tickets"].fields)
        assert not any(field["isDisplayAlwaysField"] for field in fields)  # as little as can be travels
        listed = await autotask.list_webhooks(ENDPOINT)
        assert [one.stream for one in listed] == [*BY_STREAM]
        assert await autotask.list_webhooks(WebhookEndpoint("https://other.example.com/", SECRET)) == ()
        assert [await autotask.remove_webhook(one) for one in listed] == [True] * 5
        assert [await autotask.remove_webhook(one) for one in listed] == [False] * 5
    assert changing_desk.sandbox.vendor.threads.highest["TicketWebhookFields"] <= 1


async def test_a_webhook_that_was_left_half_made_is_completed(changing_desk):
    store = changing_desk.sandbox.store
    async with changing_desk.connector(grants=[WEBHOOKS]) as autotask:
        changing_desk.sandbox.faults([{"kind": "status", "match": {"path": "/Fields$"}, "status": 500, "nth": 3,
                                       "body": {"errors": ["no"]}}])  # fmt: skip
        with pytest.raises(RejectedError):
            await autotask.register_webhook("notes", ENDPOINT)
        (half,) = await autotask.list_webhooks(ENDPOINT)
        renewed = await autotask.renew_webhook(half, ENDPOINT)
        assert renewed.is_active
        names = [row["fieldID"] for row in store.select("TicketNoteWebhookFields")]
        assert len(names) == len(set(names)) == len(BY_STREAM["notes"].fields)
        assert store.count("TicketNoteWebhooks") == 1


async def test_the_missing_right_is_named(desk_with):
    with desk_with(unwritable_entities=frozenset({"TicketWebhooks"})) as desk:
        async with desk.connector(grants=[WEBHOOKS]) as autotask:
            with pytest.raises(PermissionDeniedError) as refused:
                await autotask.register_webhook("tickets", ENDPOINT)
    assert "Can create webhooks" in refused.value.hint


async def test_a_tenant_without_fields_that_call_is_told_of(changing_desk):
    changing_desk.sandbox.faults(
        [
            {
                "kind": "status",
                "match": {"path": "TicketWebhookFields/entityInformation/fields$"},
                "status": 200,
                "body": {"fields": []},
            }
        ]
    )
    async with changing_desk.connector(grants=[WEBHOOKS]) as autotask:
        with pytest.raises(ProtocolError, match="names no field"):
            await autotask.register_webhook("tickets", ENDPOINT)


@pytest.mark.slow
async def test_after_25_failures_the_vendor_has_switched_it_off(changing_desk):
    callouts = changing_desk.sandbox.callouts
    async with changing_desk.connector(grants=[WEBHOOKS]) as autotask:
        await autotask.register_webhook("tickets", ENDPOINT)  # nobody listens there
        callouts.play("storm", FAILED_IN_A_ROW + 2)
        callouts.wait()
        (found,) = await autotask.list_webhooks(ENDPOINT)
        assert (found.is_active, "25 failed calls" in found.problem) == (False, True)
        assert changing_desk.sandbox.store.count("WebhookEventErrorLogs") == FAILED_IN_A_ROW
        assert (await autotask.renew_webhook(found, ENDPOINT)).is_active


@pytest.fixture(scope="module")
def registering_desk(desk_with):
    with desk_with(tickets=20) as running:
        yield running


class TestCallouts(WebhookSuite):
    known = ("tickets", "100001")

    @pytest.fixture
    async def connector(self, registering_desk):
        async with registering_desk.connector(grants=[WEBHOOKS]) as autotask:
            yield autotask

    def delivery(self, secret, kind, stream, ref):
        action = {HintKind.ADDED: "Create", HintKind.CHANGED: "Update", HintKind.DELETED: "Delete"}[kind]
        body = as_sent(CALLOUT | {"Action": action, "EntityType": "Ticket", "Id": int(ref)})
        return delivery(body, signature(secret, body))
