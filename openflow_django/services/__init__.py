"""The only writers: one module for each noun. Admin, API, commands and tests call the same functions."""
