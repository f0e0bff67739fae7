"""One look-up: every maker that recognises a device is asked, side by side, and the answers are kept."""
