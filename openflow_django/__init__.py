"""A pluggable workflow engine for Django: flows built in the admin, triggered by model saves, run durably."""

__all__ = ["__version__"]

__version__ = "0.1.0"
