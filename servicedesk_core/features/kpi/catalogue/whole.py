"""All figures over a period. Each stands, by what it is about, beside the cases that it is made of."""

from typing import Any, Final

from servicedesk_core.faces import Kpi
from servicedesk_core.features.kpi.catalogue import clocks, coordination, flow, money, now, stages, standing, work

KPIS: Final[tuple[Kpi[Any], ...]] = (
    *clocks.KPIS,
    *coordination.KPIS,
    *flow.KPIS,
    *work.KPIS,
    *money.KPIS,
    *standing.KPIS,
    *now.KPIS,
    *stages.KPIS,
)
"""All of them."""
