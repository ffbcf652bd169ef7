"""Stageflow's pipelines as the lint sees them: from the graph, and from the stages' own source."""
