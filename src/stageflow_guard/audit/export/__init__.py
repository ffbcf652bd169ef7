"""The way to other systems: an exporter, its sinks, and what compares the two ends."""
