"""Which clients make most tickets."""

from servicedesk_core.faces import Feature

FEATURE = Feature(
    name="noisy",
    about="Clients that make most tickets.",
    queries="servicedesk_noisy.queries:NoisyClients",
    kpis="servicedesk_noisy.kpis:KPIS",
)
