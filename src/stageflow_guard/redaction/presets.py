"""The score from which a find counts, by preset. Data."""

PRESETS = {"strict": 0.2, "balanced": 0.35, "precise": 0.5}
