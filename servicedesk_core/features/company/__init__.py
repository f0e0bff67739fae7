"""One client as a whole: what its agreements earn, what burdens them, and what would put that right."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.company.queries import CompanyQueries as CompanyQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="company",
    about="One client: what its agreements earn, what burdens them, and the price that puts it right.",
    queries=f"{__name__}.queries:CompanyQueries",
    needs=("agreements", "kpi", "profit"),
)
