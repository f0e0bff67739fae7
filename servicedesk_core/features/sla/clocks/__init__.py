"""Clocks from events: pure, without a store, a connector or a clock of its own."""
