"""Two figures of how a desk is called."""

from servicedesk_core.faces import Feature

FEATURE = Feature(name="pulse", about="How a desk is called.", kpis="servicedesk_pulse.kpis:KPIS")
