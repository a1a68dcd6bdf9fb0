"""Pictures: safe loading, the store that keeps them by content, and drawing on them. No models."""
