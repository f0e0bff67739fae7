"""Asking QuickBooks Online."""
