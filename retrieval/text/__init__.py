"""Text of documents: sentences, terms, passages, where a quotation stands. No files, no models."""
