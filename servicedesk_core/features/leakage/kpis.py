"""What is measured of money that is not billed."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from servicedesk_core.faces import Capability, Goal, Kpi, Measure
from servicedesk_core.features.leakage.queries import LOOKS_BACK
from servicedesk_core.features.leakage.tables.kept import kept
from servicedesk_core.features.leakage.tables.leaks import Look
from servicedesk_core.features.profit import own_currency
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


def _leaked(tx: Tx, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    if scope is not None:
        return Measure.missing("the whole desk; what is billed is for no client's eyes")
    decided, excluded, own = kept(tx), Counter[str](), own_currency(tx, at)
    amount, sample = Decimal(0), 0
    for one in Look(tx, (at - LOOKS_BACK).date(), at, at.tzinfo or UTC).kept():
        if (there := decided.get(one.key)) is not None and there.accepts(one):
            excluded["accepted"] += 1
        elif one.amount is None:
            excluded["nobody knows what it comes to"] += 1
        elif one.currency not in {None, own}:
            excluded["in another currency, and not converted"] += 1
        else:
            amount, sample = amount + one.amount, sample + 1
    return Measure(Fraction(amount), float(amount), excluded=dict(excluded), sample=sample, unit=own or "")


KPIS: Final = (
    Kpi(
        "leaked-value",
        "Money not billed",
        "What work and services of the last 90 days come to that nobody is billed for, as far as it is known.",
        _leaked,
        unit="currency units",
        goal=Goal.of("<= 0"),
        needs=Capability.MONEY,
        example="2 hours at 95.00 that a contract excludes, posted at 0: 190.00.",
    ),
)
"""All figures of leakage."""
