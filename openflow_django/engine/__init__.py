"""How a flow advances: one interpreter, its commands, its policies. Pure: no clock, no database, no
Django."""
