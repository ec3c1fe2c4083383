"""Where foreign code runs: child processes for JavaScript, TypeScript and Python, and their limits. Imports
no Django."""

__all__: list[str] = []
