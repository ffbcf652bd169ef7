"""Names of people, where a text announces them, and numbers and births that stand beside a name."""
