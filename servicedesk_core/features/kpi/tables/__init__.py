"""How the store is read for figures."""

from servicedesk_core.features.kpi.tables.facts import StoredFacts as StoredFacts
