"""What of the parts that tickets took is charged: proposed in the PSA, for nobody while a claim is open."""
