"""Is this a text that a pipeline should take? Rules on the same views as redaction; no model."""
