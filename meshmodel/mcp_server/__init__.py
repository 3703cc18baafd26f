"""One model as tools of the Model Context Protocol, for assistants; guarded (``docs/mcp.md``)."""
