"""What the package costs: ``python -m tests.benchmarks [name ...]``. It measures and never fails.

Also an app: its module ``openflow`` registers what the flows of the benchmarks do.
"""
