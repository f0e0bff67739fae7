"""What Cisco's records mean; pure."""
