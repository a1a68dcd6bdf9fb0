"""`looktwice index`: the commands of an index of documents, and what they share."""
