"""Files become pages: one loader a kind, run in a bounded child process. No embedding, no catalog."""
