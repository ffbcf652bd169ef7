"""OpenAI Agents: agents cloned with their models, tools and handoffs guarded, and the run gate."""
