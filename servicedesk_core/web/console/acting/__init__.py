"""Acting in the browser: any act that a feature declares, as a form, and what waits for an approval."""
