"""What would be billed, as files that any accounting program takes."""
