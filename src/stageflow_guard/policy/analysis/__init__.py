"""Questions about policies: explain, lint, diff, replay, mutation and decision tables."""
