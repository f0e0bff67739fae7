"""What people decide about clocks: overrides, exemptions and reasons, asked for and given."""
