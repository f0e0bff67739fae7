"""A claim on its way and at its manufacturer: shown, sent, told more of, asked after."""
