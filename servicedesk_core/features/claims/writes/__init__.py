"""What is sent about claims: as writes of the outbox, and what their end means."""
