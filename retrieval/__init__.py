"""The user's documents: an index that reads, keeps and finds them. No tools, no agent, no chat model."""
