"""Months that take no new documents."""

from datetime import date

import pytest

from servicedesk_core import Actor, Way
from servicedesk_core.errors import NotFoundLocallyError, PeriodClosedError, SettingsError
from servicedesk_core.features.billing.periods.tables import lock_of, open_month, refuse_locked

OCTOBER = date(2026, 10, 1), date(2026, 10, 31)


async def test_a_locked_month_takes_no_documents_until_it_is_opened_again(desk):
    ana = desk.acting_as(Actor("user:ana", Way.CLI))
    await ana.billing.lock("2026-09", reason="handed in")
    done = await ana.billing.lock("2026-10", reason="handed in")
    assert (done.month, done.author, done.reason) == ("2026-10", "user:ana via cli", "handed in")
    assert [one.month for one in await desk.billing.locks()] == ["2026-10", "2026-09"]

    def asked(tx):
        with pytest.raises(PeriodClosedError, match=r'2026-10 .*user:ana.*"handed in"') as caught:
            refuse_locked(tx, *OCTOBER)
        assert "billing reopen 2026-10" in caught.value.hint
        refuse_locked(tx, date(2026, 11, 1), date(2026, 11, 30))
        assert lock_of(tx, date(2026, 8, 31), date(2026, 9, 1)).month == "2026-09"
        return str(open_month(tx, date(2026, 9, 14))), str(open_month(tx, date(2026, 8, 31)))

    assert await desk.store.read(asked) == ("2026-11", "2026-08"), "late work goes to the next open month"

    for refused, kind in (
        (ana.billing.lock("2026-10", reason="again"), PeriodClosedError),
        (ana.billing.lock("2026-11", reason="early"), SettingsError),
        (ana.billing.lock("2026-Q3", reason="whole"), SettingsError),
        (ana.billing.lock("2026-08", reason=" "), SettingsError),
        (ana.billing.reopen("2026-08", reason="why not"), NotFoundLocallyError),
    ):
        with pytest.raises(kind):
            await refused
    await ana.billing.reopen("2026-10", reason="a late ticket")
    await desk.store.read(lambda tx: refuse_locked(tx, *OCTOBER))
    acts = [(one.action, one.reason) for one in await desk.audit.list(entity="billing:2026-10")]
    assert sorted(acts) == [("billing.locked", "handed in"), ("billing.reopened", "a late ticket")]
    assert (await desk.audit.verify()).is_valid
