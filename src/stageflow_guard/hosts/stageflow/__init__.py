"""Where the guard attaches to its host."""
