"""Tables of the keys of every object in a document, and how each is read."""
