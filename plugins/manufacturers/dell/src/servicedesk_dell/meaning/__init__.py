"""What the vendor's answers mean, and how a claim is written for it. Pure."""
