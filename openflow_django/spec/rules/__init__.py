"""Rules that go beyond the shape of a document, one module per noun."""
