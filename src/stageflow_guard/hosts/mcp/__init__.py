"""MCP: servers of the official SDK and of FastMCP behind the flow, and tools of remote servers."""
