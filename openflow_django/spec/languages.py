"""Languages of rawscript steps."""

__all__ = ["LANGUAGES", "RUNNABLE_LANGUAGES"]

#: Languages that OpenFlow knows. Documents in any of them are kept as they are.
LANGUAGES = (
    "deno",
    "bun",
    "nativets",
    "python3",
    "go",
    "bash",
    "powershell",
    "postgresql",
    "mysql",
    "bigquery",
    "snowflake",
    "mssql",
    "oracledb",
    "graphql",
    "php",
    "rust",
    "ansible",
    "csharp",
    "nu",
    "java",
    "ruby",
    "duckdb",
    "r",
    "rlang",
)

#: Languages this package has a runner for. Which of them a site permits is for the site to say.
RUNNABLE_LANGUAGES = frozenset({"deno", "bun", "nativets", "python3"})
