"""Wall screens: one page, large, for everybody who passes."""
