"""Orders: placed under our own number, found again by it, and followed."""
