"""Hooks of connectors whose vendor calls when something happens.

What a vendor says is a hint: core reads the record itself before it believes anything.
"""

from servicedesk_core.hooks.markers import hookspec
from servicedesk_core.hooks.webhooks import (
    Delivery,
    Subscription,
    Verdict,
    WebhookAnswer,
    WebhookEndpoint,
    WebhookEvent,
)


class WebhookSpecs:
    """How deliveries are told from forgeries, what they hint at, and how the vendor is told where to call.

    The plain hooks are called before ``open`` and without a network, while the vendor waits for its answer: be quick,
    do no I/O, and use the settings alone.
    """

    @hookspec
    def webhook_key_url(self, delivery: Delivery) -> str | None:
        """Say where the key stands that a delivery was signed with, for vendors that publish theirs. Pure.

        Core fetches it without credentials, from the capability's ``key_origins`` only, wherever a redirect leads, and
        keeps it for a while.

        Args:
            delivery: What came; nothing of it is trusted yet.

        Returns:
            The address, or ``None`` when the delivery names none.

        Raises:
            ValueError: The delivery is malformed; it is refused.

        Added in 1.0.
        """

    @hookspec
    def verify_webhook(self, delivery: Delivery, secret: str, key: bytes | None) -> Verdict:
        """Say whether the vendor sent a delivery. Pure; compares with :func:`hmac.compare_digest`, over raw bytes.

        Args:
            delivery: What came.
            secret: That of the endpoint; a connector whose vendor makes the secret has it in its settings.
            key: What ``webhook_key_url`` led to; ``None`` without that hook, or when it could not be fetched.

        Returns:
            The verdict; never :attr:`Verdict.GENUINE` for something that anybody could have sent.

        Raises:
            ValueError: The delivery is malformed; it is refused.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    def webhook_events(self, delivery: Delivery) -> tuple[WebhookEvent, ...]:
        """Say what a genuine delivery hints at. Pure.

        Args:
            delivery: What came, verified.

        Returns:
            Every event of the body, in its order; of kinds that no stream stands for, none.

        Raises:
            ValueError: It is not understood; it is counted, and the vendor is thanked, so that it does not send it
                again: the next sync brings what it was about.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    def answer_webhook(self, delivery: Delivery, secret: str) -> WebhookAnswer | None:
        """Answer a challenge by which a vendor makes sure that somebody listens. Pure.

        Called before ``verify_webhook``, because challenges are seldom signed. A vendor that only wants ``200`` for
        what is signed rightly, and ``401`` else, needs none of this.

        Args:
            delivery: What came.
            secret: That of the endpoint.

        Returns:
            The answer; ``None`` when it is no challenge. What is answered is no event.

        Raises:
            ValueError: The delivery is malformed; it is refused.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def register_webhook(self, stream: str, endpoint: WebhookEndpoint) -> Subscription:
        """Have the vendor call for one stream. Called after ``open``; a write, which its route grants.

        Core has listed the subscriptions before, and calls this for a stream without one. What a call leaves half-made
        must be listed as inactive, so that ``renew_webhook`` completes it.

        Args:
            stream: One of the capability's.
            endpoint: Where the vendor calls, and the secret it signs with.

        Returns:
            The subscription, as the vendor shows it.

        Raises:
            WriteNotGrantedError: The configuration does not grant it.
            PermissionDeniedError: The vendor does not let us.
            ConnectorError: The vendor could not be asked, or refused.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def list_webhooks(self, endpoint: WebhookEndpoint) -> tuple[Subscription, ...]:
        """List the subscriptions that call an endpoint. Only reads.

        Args:
            endpoint: Whose.

        Returns:
            Its subscriptions, active or not; those that call anybody else are none of ours.

        Raises:
            ConnectorError: The vendor could not be asked.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def renew_webhook(self, subscription: Subscription, endpoint: WebhookEndpoint) -> Subscription:
        """Make a subscription last longer, or active again. A write, which its route grants.

        Args:
            subscription: As ``list_webhooks`` or ``register_webhook`` gave it.
            endpoint: Where it calls.

        Returns:
            The subscription as it is now; the vendor may have given it another id.

        Raises:
            WriteNotGrantedError: The configuration does not grant it.
            ConnectorError: The vendor could not be asked, or refused.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def remove_webhook(self, subscription: Subscription) -> bool:
        """End a subscription. A write, which its route grants.

        Args:
            subscription: As ``list_webhooks`` gave it.

        Returns:
            Whether it was there; one that is gone already is no error.

        Raises:
            WriteNotGrantedError: The configuration does not grant it.
            ConnectorError: The vendor could not be asked, or refused.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover
