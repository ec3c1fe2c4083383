"""Old spellings of documents, step by step and name by name."""
