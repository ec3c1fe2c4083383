"""Models with every awkward kind of field, for the tests of triggers."""
