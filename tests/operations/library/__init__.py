"""A library: models with every kind of field and relation that a step may meet."""
