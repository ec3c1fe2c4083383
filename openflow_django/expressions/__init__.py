"""How values are computed: paths, ``{{ templates }}``, JavaScript plans and condition rules.

Pure: nothing here imports Django.
"""

__all__: list[str] = []
