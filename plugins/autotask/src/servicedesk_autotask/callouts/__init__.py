"""The vendor's webhooks, which it calls callouts."""
