"""An app for worker processes under test: an operation whose effects can be counted and held back."""
