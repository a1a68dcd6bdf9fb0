"""Text of documents: sentences, terms, passages, and where a quotation stands."""
