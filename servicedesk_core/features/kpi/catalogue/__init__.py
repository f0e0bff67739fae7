"""The figures over a period, by what they are about. Each stands beside the cases that it is made of."""

from typing import Any, Final

from servicedesk_core.faces import Kpi
from servicedesk_core.features.kpi.catalogue import flow, missing, work

KPIS: Final[tuple[Kpi[Any], ...]] = (*flow.KPIS, *work.KPIS, *missing.KPIS)
"""All of them."""
