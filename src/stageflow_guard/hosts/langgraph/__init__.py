"""LangGraph and LangChain: nodes, subgraphs and tools wrapped, and the run gate."""
