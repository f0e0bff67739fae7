"""What every connector of the webhook family must do, as tests that its author subclasses.

::

    class TestAcmeWebhooks(WebhookSuite):
        known = ("tickets", "4711")

        @pytest.fixture
        async def connector(self, vendor_url):
            async with opened(Acme, AcmeSettings(url=vendor_url)) as acme:
                yield acme

        def delivery(self, secret, kind, stream, ref):
            body = acme_wire_form(kind, stream, ref)
            return Delivery("POST", {"content-type": "application/json", "x-acme": sign(secret, body)}, (), body)

A test of a hook that the connector does not implement, or of something that the subclass does not give, skips itself
and says so.
"""

import json
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

import pytest

from servicedesk_core.hooks import Delivery, FetchStatus, HintKind, Verdict, WebhookCapability, WebhookEndpoint
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.skipping import implements, require

SECRET = "the-secret-of-an-endpoint"  # noqa: S105  # of a test
GARBAGE = (b"", b"null", b"[]", b"{}", b"[1]", b'{"Id":null}', b"\xff\xfe", b"<xml/>", b'{"a":' * 500, b"0" * 5_000)


class WebhookSuite:
    """Subclass it in a test file and give it a ``connector`` fixture: an opened connector that may register.

    Attributes:
        known: Stream and id of a record that the vendor behind the connector has.
        signs_body: Whether the vendor signs what it sends. Where it only shows a password, a changed body cannot be
            told; everything else must hold.
        uses_secret: Whether the vendor signs with the endpoint's secret; else with one of the settings, or a key.
        key: What ``webhook_key_url`` would lead to, for vendors that publish their keys.
    """

    known: ClassVar[tuple[str, str] | None] = None
    signs_body: ClassVar[bool] = True
    uses_secret: ClassVar[bool] = True
    key: ClassVar[bytes | None] = None

    def delivery(self, secret: str, kind: HintKind, stream: str, ref: str) -> Delivery:
        """Return a delivery as the vendor sends it: its own form of JSON, its own signature.

        Args:
            secret: That of the endpoint.
            kind: What has happened.
            stream: Stream of the record.
            ref: The vendor's id of it.
        """
        raise NotImplementedError

    @pytest.fixture
    def genuine(self, connector: AnyConnector) -> Delivery:
        """A delivery of the vendor's about a change."""
        require(connector, "verify_webhook", "webhook_events")
        return self.delivery(SECRET, HintKind.CHANGED, *self._record(connector))

    def _record(self, connector: AnyConnector) -> tuple[str, str]:
        return self.known or (_capability(connector).streams[0], "4711")

    def _verdict(self, connector: AnyConnector, delivery: Delivery, secret: str = SECRET) -> Verdict:
        """Return the verdict; that it is malformed is one too."""
        try:
            return connector.verify_webhook(delivery, secret, self.key)
        except ValueError:
            return Verdict.WRONG_SIGNATURE

    def test_the_vendor_is_believed(self, connector: AnyConnector, genuine: Delivery) -> None:
        """What the vendor sends is genuine, and its method and type are declared."""
        assert self._verdict(connector, genuine) is Verdict.GENUINE
        capability = _capability(connector)
        assert genuine.method in capability.methods
        assert genuine.headers.get("content-type", "").partition(";")[0] in capability.content_types
        assert len(genuine.body) <= capability.max_bytes

    def test_without_its_proof_nothing_is_believed(self, connector: AnyConnector, genuine: Delivery) -> None:
        """A delivery that shows nothing of a signature is not genuine, and neither is one without header fields."""
        bare = replace(genuine, headers={"content-type": "application/json"}, query=())
        assert self._verdict(connector, bare) is not Verdict.GENUINE
        for name in genuine.headers.keys() - {"content-type", "content-length", "host", "user-agent"}:
            for value in ("", "x", "\xff", genuine.headers[name][:-2]):
                changed = replace(genuine, headers={**genuine.headers, name: value})
                assert self._verdict(connector, changed) is not Verdict.GENUINE, f"{name} is not looked at"

    def test_another_secret_is_not_believed(self, connector: AnyConnector, genuine: Delivery) -> None:
        """What another endpoint's secret has signed is not genuine."""
        if not self.uses_secret:
            pytest.skip("the vendor does not sign with the secret of the endpoint")
        for secret in ("", "another", SECRET.upper(), SECRET + "x"):
            assert self._verdict(connector, genuine, secret) is not Verdict.GENUINE

    def test_not_a_byte_can_be_changed(self, connector: AnyConnector, genuine: Delivery) -> None:
        """The signature is of the raw bytes: also a body that means the same is not the one that was signed."""
        if not self.signs_body:
            pytest.skip("the vendor does not sign its bodies")
        body = genuine.body
        others = {body + b" ", b" " + body, body + b"\n", body[:-1], b"", body.swapcase()}
        try:
            said = json.loads(body)
        except ValueError:
            pass
        else:
            others |= {json.dumps(said).encode(), json.dumps(said, indent=1, ensure_ascii=False).encode()}
        for other in others - {body}:
            verdict = self._verdict(connector, replace(genuine, body=other))
            assert verdict is not Verdict.GENUINE, "a body that was not signed is believed; sign the raw bytes"

    def test_events_name_records_and_are_known_again(self, connector: AnyConnector, genuine: Delivery) -> None:
        """An event names a declared stream and an id; the same delivery says the same, another event another id."""
        events, again = connector.webhook_events(genuine), connector.webhook_events(genuine)
        assert events == again, "webhook_events must be pure"
        stream, ref = self._record(connector)
        assert (stream, ref) in {(one.stream, one.ref) for one in events}
        for one in events:
            assert one.stream in _capability(connector).streams or one.kind is HintKind.SUBSCRIPTION
            assert one.at is None or one.at.tzinfo is not None, "an instant needs a time zone"
        known = [one.event_id for one in events if one.event_id is not None]
        assert len(known) == len(set(known)), "two events of one delivery have the same id"

    def test_each_kind_is_told_apart(self, connector: AnyConnector) -> None:
        """Added, changed and deleted are what the vendor says they are."""
        require(connector, "webhook_events")
        stream, ref = self._record(connector)
        for kind in (HintKind.ADDED, HintKind.CHANGED, HintKind.DELETED):
            said = connector.webhook_events(self.delivery(SECRET, kind, stream, ref))
            assert [one.kind for one in said if one.ref == ref] == [kind]

    @pytest.mark.parametrize("body", GARBAGE, ids=range(len(GARBAGE)))
    def test_garbage_is_a_value_error_or_nothing(self, connector: AnyConnector, genuine: Delivery, body: bytes) -> None:
        """Whatever anybody sends, a hook answers, or raises ``ValueError``, and believes none of it."""
        odd = replace(genuine, body=body)
        if self.signs_body:
            assert self._verdict(connector, odd) is not Verdict.GENUINE
        try:
            events = connector.webhook_events(odd)
        except ValueError:
            return
        assert all(one.ref for one in events)

    async def test_a_deletion_is_not_believed_by_itself(self, connector: AnyConnector) -> None:
        """What a vendor says is gone is read all the same, and found when it is there."""
        require(connector, "webhook_events", "fetch_records")
        if self.known is None:
            pytest.skip("the suite knows no record of the vendor")
        stream, ref = self.known
        connector.webhook_events(self.delivery(SECRET, HintKind.DELETED, stream, ref))
        async with aclosing(connector.fetch_records(stream, [ref])) as answers:  # type: ignore[type-var]
            (outcome,) = [one async for one in answers]
        assert outcome.status is FetchStatus.FOUND, "a record that the vendor has was taken for deleted"

    def test_a_key_is_fetched_from_declared_origins_only(self, connector: AnyConnector, genuine: Delivery) -> None:
        """An address of a key is on an origin that the connector declares."""
        if not implements(connector, "webhook_key_url"):
            pytest.skip(f"{type(connector).__name__} does not implement webhook_key_url")
        url = connector.webhook_key_url(genuine)
        origins = _capability(connector).key_origins
        assert url is None or any(url.startswith(f"{origin.rstrip('/')}/") for origin in origins)
        assert all(origin.startswith(("https://", "http://127.0.0.1", "http://localhost")) for origin in origins)

    async def test_subscriptions_are_registered_listed_and_removed(self, connector: AnyConnector) -> None:
        """What is registered is listed for its own endpoint alone, until it is removed; then it is not there."""
        require(connector, "register_webhook", "list_webhooks", "remove_webhook")
        endpoint = WebhookEndpoint("http://127.0.0.1:9/hooks/of-the-suite", SECRET)
        other = WebhookEndpoint("http://127.0.0.1:9/hooks/of-somebody-else", SECRET)
        assert await connector.list_webhooks(endpoint) == ()
        for stream in _capability(connector).streams:
            made = await connector.register_webhook(stream, endpoint)
            assert (made.stream, made.is_active) == (stream, True)
            assert made.expires_at is None or made.expires_at.tzinfo is not None
        listed = await connector.list_webhooks(endpoint)
        assert sorted(one.stream for one in listed) == sorted(_capability(connector).streams)
        assert await connector.list_webhooks(other) == ()
        if implements(connector, "renew_webhook"):
            renewed = [await connector.renew_webhook(one, endpoint) for one in listed]
            assert all(one.is_active for one in renewed)
            listed = await connector.list_webhooks(endpoint)
            assert len(listed) == len(renewed), "to renew must not make another one"
        assert [await connector.remove_webhook(one) for one in listed] == [True] * len(listed)
        assert await connector.list_webhooks(endpoint) == ()
        assert [await connector.remove_webhook(one) for one in listed] == [False] * len(listed)


def _capability(connector: AnyConnector) -> WebhookCapability:
    capability = connector.describe_capabilities().webhooks
    assert capability is not None, "describe_capabilities must say what the vendor can call about"
    assert capability.streams, "name the streams of which the vendor tells"
    return capability
