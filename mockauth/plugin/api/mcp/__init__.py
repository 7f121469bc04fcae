"""The protected API: an MCP server over Streamable HTTP."""
