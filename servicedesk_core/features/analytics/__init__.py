"""Analytics: the records of the desk as Parquet, for whoever asks more of them than this program does."""

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="analytics",
    about="Records as Parquet, for DuckDB, notebooks and reports.",
    section=Section.CARE,
    actions=f"{__name__}.actions:Analytics",
)
