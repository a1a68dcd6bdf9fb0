"""The faces people and programs meet: the chat page, the OpenAI-compatible server, MCP."""
