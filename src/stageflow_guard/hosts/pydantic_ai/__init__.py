"""pydantic-ai: one capability round an agent's models and tools, and the run gate."""
