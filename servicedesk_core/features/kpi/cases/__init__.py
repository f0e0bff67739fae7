"""What figures over a period are measured from, and how."""
