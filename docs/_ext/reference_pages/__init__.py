"""The reference pages, one module each: functions that turn code into Markdown."""
