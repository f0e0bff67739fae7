"""The webhook suite passes connectors that keep the contract, and fails those that break it."""

import hmac
import inspect
import json

import pytest

from servicedesk_core.hooks import (
    Delivery,
    FetchOutcome,
    FetchStatus,
    HintKind,
    Subscription,
    Verdict,
    WebhookEvent,
    hookimpl,
)
from servicedesk_core.testing import WebhookSuite, opened
from tests.webhooks.bell import Bell, BellSettings, signature


def told(secret, kind, stream, ref):
    body = json.dumps([{"kind": kind.value, "stream": stream, "ref": ref, "event": f"{kind}-{ref}"}]).encode()
    headers = {"content-type": "application/json", "x-bell": signature(secret, body)}
    return Delivery("POST", headers, (), body)


class TestBell(WebhookSuite):
    known = ("tickets", "1")

    @pytest.fixture
    async def connector(self, bell):
        async with opened(Bell, bell) as connector:
            yield connector

    def delivery(self, secret, kind, stream, ref):
        return told(secret, kind, stream, ref)


@pytest.fixture
def bell(tmp_path):
    (tmp_path / "vendor.json").write_text(json.dumps({"tickets": {"1": {"title": "Printer"}}, "subscriptions": {}}))
    return BellSettings(base_dir=tmp_path)


class AcceptsAnything(Bell):
    @hookimpl
    def verify_webhook(self, delivery, secret, key):
        return Verdict.GENUINE


class AcceptsWhatIsSignedByAnybody(Bell):
    @hookimpl
    def verify_webhook(self, delivery, secret, key):
        return Verdict.GENUINE if delivery.headers.get("x-bell") else Verdict.UNSIGNED


class ComparesADecodedBody(Bell):
    @hookimpl
    def verify_webhook(self, delivery, secret, key):
        right = signature(secret, json.dumps(json.loads(delivery.body)).encode())
        is_right = hmac.compare_digest(delivery.headers.get("x-bell", "").encode(), right.encode())
        return Verdict.GENUINE if is_right else Verdict.WRONG_SIGNATURE


class ComparesTheBeginning(Bell):
    @hookimpl
    def verify_webhook(self, delivery, secret, key):
        is_right = signature(secret, delivery.body).startswith(delivery.headers.get("x-bell", ""))
        return Verdict.GENUINE if is_right else Verdict.WRONG_SIGNATURE


class FailsOverGarbage(Bell):
    @hookimpl
    def webhook_events(self, delivery):
        return tuple(
            WebhookEvent(HintKind(one["kind"]), "tickets", one["ref"], one["event"])
            for one in json.loads(delivery.body)["events"]
        )


class CallsEverythingChanged(Bell):
    @hookimpl
    def webhook_events(self, delivery):
        return tuple(WebhookEvent(HintKind.CHANGED, "tickets", one["ref"]) for one in json.loads(delivery.body))


class MakesUpIds(Bell):
    made = 0

    @hookimpl
    def webhook_events(self, delivery):
        type(self).made += 1
        return (WebhookEvent(HintKind.CHANGED, "tickets", "1", str(self.made)),)


class BelievesADelete(Bell):
    gone = frozenset()

    @hookimpl
    def webhook_events(self, delivery):
        said = json.loads(delivery.body)
        self.gone = {one["ref"] for one in said if one["kind"] == "deleted"}
        return tuple(WebhookEvent(HintKind(one["kind"]), "tickets", one["ref"], one["event"]) for one in said)

    @hookimpl
    async def fetch_records(self, stream, refs):
        for ref in refs:
            yield FetchOutcome(ref, FetchStatus.MISSING if ref in self.gone else FetchStatus.FAILED)


class ListsEverybodys(Bell):
    @hookimpl
    async def list_webhooks(self, endpoint):
        return tuple(Subscription(f"s-{s}", s, is_active=True) for s in self._vendor()["subscriptions"])


class ForgetsToRemove(Bell):
    @hookimpl
    async def remove_webhook(self, subscription):
        return True


@pytest.mark.parametrize(
    ("connector", "test"),
    [
        (AcceptsAnything, "test_without_its_proof_nothing_is_believed"),
        (AcceptsAnything, "test_another_secret_is_not_believed"),
        (AcceptsAnything, "test_not_a_byte_can_be_changed"),
        (AcceptsWhatIsSignedByAnybody, "test_without_its_proof_nothing_is_believed"),
        (ComparesADecodedBody, "test_not_a_byte_can_be_changed"),
        (ComparesTheBeginning, "test_without_its_proof_nothing_is_believed"),
        (FailsOverGarbage, "test_garbage_is_a_value_error_or_nothing"),
        (CallsEverythingChanged, "test_each_kind_is_told_apart"),
        (MakesUpIds, "test_events_name_records_and_are_known_again"),
        (BelievesADelete, "test_a_deletion_is_not_believed_by_itself"),
        (ListsEverybodys, "test_subscriptions_are_registered_listed_and_removed"),
        (ForgetsToRemove, "test_subscriptions_are_registered_listed_and_removed"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
async def test_a_broken_connector_fails_the_suite(bell, connector, test):
    suite = TestBell()
    async with opened(connector, bell) as broken:
        given = {"connector": broken, "genuine": told("the-secret-of-an-endpoint", HintKind.CHANGED, "tickets", "1")}
        run = getattr(suite, test)
        wanted = inspect.signature(run).parameters
        more = {"body": b"[1]"} if "body" in wanted else {}

        async def judged():
            answer = run(**{name: given[name] for name in wanted if name in given}, **more)
            return await answer if inspect.isawaitable(answer) else answer

        with pytest.raises((AssertionError, TypeError, KeyError)):
            await judged()
