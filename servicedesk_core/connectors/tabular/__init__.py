"""Exported files instead of a PSA: CSV, TSV and JSONL, one row per record or one row per event.

What the columns mean is declared, as data, in the configuration; nothing about a particular log is built in.
"""

from servicedesk_core.connectors.tabular.connector import Tabular, TabularSettings
from servicedesk_core.connectors.tabular.declaration import ColumnRule, FileMapping, WordMeaning, load_mapping

__all__ = ["ColumnRule", "FileMapping", "Tabular", "TabularSettings", "WordMeaning", "load_mapping"]
