"""Cases: written, found again, followed."""
