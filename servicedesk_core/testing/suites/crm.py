"""What every connector of the CRM family must do, as tests that its author subclasses.

::

    class TestAcmeCrm(CrmSuite):
        account = "42"  # with something that was said since `since`, and something before it
        since = datetime(2026, 3, 1, tzinfo=UTC)

        @pytest.fixture
        async def connector(self, stand):
            async with stand.connector() as acme:
                yield acme

The streams and the writes of opportunities are held by :class:`TicketSyncSuite` and :class:`WriteSuite`.
"""

from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from servicedesk_core.errors import AuthenticationError
from servicedesk_core.hooks.capabilities import Support
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.truths import secrets_of

_STREAMS = ("companies", "contacts", "opportunities")
_WRITES = ("opportunities.create", "opportunities.update")


class CrmSuite:
    """Subclass it in a test file and give it a ``connector`` fixture: an opened connector with some accounts behind it.

    Attributes:
        account: The vendor's id of an account with which something was said before and after :attr:`since`.
        since: The instant.
    """

    account: ClassVar[str]
    since: ClassVar[datetime]

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    @pytest.fixture
    async def rejected(self) -> AnyConnector | None:
        """Return an opened connector whose credentials the vendor refuses; override it to have that tested."""
        return None

    def test_it_says_whose_accounts_it_sells_to_and_what_it_can_do(self, connector: AnyConnector) -> None:
        """Accounts, contacts and opportunities are read, opportunities made and changed, and one is found again."""
        can = connector.describe_capabilities()
        assert can.crm is not None, "describe_capabilities() says nothing of a CRM"
        assert can.crm.keeps_id_in, "nothing says which field of an opportunity carries the id of its write"
        assert can.crm == connector.describe_capabilities().crm
        for name in _STREAMS:
            stream = can.stream(name)
            assert stream is not None, f"the stream {name} is missing"
            assert stream.support is Support.FULL, f"the stream {name} cannot be read"
        for kind in _WRITES:
            assert can.write(kind) is not None, f"the kind of write {kind} is missing"

    async def test_what_was_said_is_of_the_account_and_since_the_instant(self, connector: AnyConnector) -> None:
        """Each has a zone and an id of its own; an earlier instant brings more."""
        found = await connector.find_communications(self.account, self.since)
        assert found, "name in `account` one with which something was said since `since`"
        assert all(one.company_ref == self.account for one in found)
        assert all(one.at.tzinfo is not None and one.at >= self.since for one in found)
        assert len({one.ref for one in found}) == len(found)
        earlier = await connector.find_communications(self.account, self.since - timedelta(days=3650))
        assert {one.ref for one in found} < {one.ref for one in earlier}, "nothing was said before `since`"

    async def test_reading_twice_is_the_same(self, connector: AnyConnector) -> None:
        """Reading changes nothing."""
        first, second = [await connector.find_communications(self.account, self.since) for _ in range(2)]
        assert sorted(first, key=repr) == sorted(second, key=repr)

    @pytest.mark.parametrize("account", ["999999999", "no-such-account"])
    async def test_an_account_that_is_not_there_said_nothing(self, connector: AnyConnector, account: str) -> None:
        """That is no error: it may have been deleted."""
        assert await connector.find_communications(account, self.since) == ()

    async def test_refused_credentials_are_told_as_such(self, rejected: AnyConnector | None) -> None:
        """Whoever reads the error knows what to correct, and reads no secret."""
        if rejected is None:
            pytest.skip("the suite was given no connector whose credentials are refused")
        with pytest.raises(AuthenticationError) as refused:
            await rejected.find_communications(self.account, self.since)
        told = f"{refused.value!r} {refused.value} {refused.value.detail}"
        assert not any(secret in told for secret in secrets_of(rejected)), "a secret stands in the error"
