"""How values are computed: paths, ``{{ templates }}``, JavaScript plans and condition rules. Pure: imports no Django."""

__all__: list[str] = []
