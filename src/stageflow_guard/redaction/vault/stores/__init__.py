"""Where a vault is kept: one file per library."""
