"""The one setting of this app: ``OPENFLOW``, a dict over the typed defaults below, read at use.

``from openflow_django.conf import settings`` and ask for an attribute::

    settings.LEASE_S        # the site's OPENFLOW["LEASE_S"], else 30.0

Values are read live, so ``override_settings(OPENFLOW={...})`` works in tests. Without a configured Django the
defaults answer, so the pure rooms can be driven from a plain script. Unknown keys are reported by the system
check ``openflow.E001`` with the nearest valid name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

__all__ = ["OpenFlowSettings", "keys", "overrides", "settings"]


def overrides() -> Mapping[str, Any]:
    """The site's own ``OPENFLOW``; empty when absent, not a mapping, or Django is not configured."""
    try:
        found = getattr(django_settings, "OPENFLOW", None)
    except ImproperlyConfigured:
        return {}
    # The quick question first: settings are read all the time, and nearly always from a dict.
    return found if isinstance(found, dict | Mapping) else {}


class OpenFlowSettings:
    """Typed defaults of every key. Sizes are bytes, ``_S`` is seconds, ``_MS`` milliseconds."""

    # Documents

    MAX_DOCUMENT_BYTES: int = 5_000_000
    """Largest flow document accepted, measured as UTF-8 JSON."""

    MAX_DOCUMENT_DEPTH: int = 50
    """How deep loops and branches of a flow may nest."""

    MAX_JSON_DEPTH: int = 400
    """How deep objects and lists of a document or a payload may nest."""

    MAX_STEPS: int = 2_000
    """Largest number of steps in one flow document."""

    # Payloads, results and errors

    MAX_PAYLOAD_BYTES: int = 5_000_000
    """Largest input or trigger payload of a run, and largest payload of an event."""

    MAX_RESULT_BYTES: int = 2_097_152
    """Largest result one step may record."""

    MAX_ERROR_TEXT: int = 4_000
    """Longest message, and longest stack, kept of an error; the rest is cut. Characters."""

    MAX_FILE_BYTES: int = 2_000_000
    """Largest file that a form takes. It becomes base64 text, a third longer, in the payload."""

    ENV_ALLOW_LIST: Sequence[str] = ()
    """Names of environment variables a flow sees as ``$env``. Everything else stays invisible."""

    # Events and triggers

    MAX_EVENT_DEPTH: int = 10
    """How many runs may follow one from another through events before the next event is suppressed."""

    EVENT_MAX_ATTEMPTS: int = 5
    """How often starting the run of an event is tried before the event is marked failed."""

    EVENT_RETRY_S: float = 30.0
    """Pause before an event whose run could not be started is tried again."""

    WATCH_REFRESH_S: float = 30.0
    """Age at which a process outside the request cycle reads the table of watched models again."""

    # Runs and workers

    QUEUE: str = "django_q"
    """Key of the registered queue that wakes workers."""

    DEFAULT_QUEUE_NAME: str = "default"
    """Name of the queue a run goes to when nothing else is said."""

    QUEUES: Sequence[str] = ()
    """Further queues that workers of this site serve. A flow whose ``tag`` is one of them runs there."""

    LEASE_S: float = 30.0
    """How long a worker owns a run without renewing its lease."""

    FLUSH_ROWS: int = 64
    """Most step rows buffered before they are written."""

    FLUSH_MS: int = 50
    """Longest time a step row stays buffered."""

    DRAIN_S: float = 20.0
    """How long a woken worker goes on with other due runs."""

    SLEEP_IN_PLACE_S: float = 1.0
    """Sleeps and backoffs up to this long keep the worker instead of parking the run."""

    CRASH_LIMIT: int = 5
    """A run whose worker died this often is failed instead of being tried again."""

    MAX_LOOP_ITERATIONS: int = 10_000
    """Most iterations of one while loop."""

    MAX_RUN_STEPS: int = 100_000
    """Most steps one run may execute, iterations included."""

    MAX_FLOW_DEPTH: int = 20
    """How deep flows may call flows."""

    FORK_MIN_S: float = 0.2
    """A parallel loop or branch whose remaining work would take longer than this is spread over workers."""

    FORK_PARTS: int = 8
    """Into how many parts, at most, one parallel loop or branch is spread."""

    CHECK_INPUT: str = "refuse"
    """What happens to an input that does not fit the flow's schema: ``"refuse"`` it or ``"warn"`` in the
    log."""

    SITE_URL: str = ""
    """Where people find this site: scheme, host and port, such as ``"https://shop.example.com"``. Links in
    mails
    begin with it; without it there are none. The ``Host`` of a request is never believed instead.
    """

    APPROVAL_LINK_S: int = 30 * 24 * 3600
    """How long a link of an approval may be used at most, whatever the flow says."""

    RUN_TIMEOUT_S: float | None = None
    """Longest life of a run from its start; ``None`` sets no bound."""

    WORKER_SEEN_S: float = 120.0
    """A worker silent for longer counts as gone: the admin shows a banner, the health page says so."""

    # Scripts and expressions

    SCRIPT_LANGUAGES: Sequence[str] = ()
    """Languages of script steps that may run, such as ``"bun"`` or ``"deno"``. None by default."""

    EXPRESSION_LIMITS: Mapping[str, float] = {}
    """Changed fields of ``sandbox.limits.SandboxLimits`` for expressions, such as ``{"wall_s": 1}``."""

    SCRIPT_LIMITS: Mapping[str, float] = {}
    """Changed fields of ``sandbox.limits.ScriptLimits`` for script steps, such as ``{"cpu_s": 30}``."""

    # Outside world

    HTTP_GUARD: bool = True
    """Refuse requests to private, local and reserved addresses. Turning it off is for development only."""

    HTTP_ALLOWED_HOSTS: Sequence[str] = ()
    """Host names that may be called although their addresses are private."""

    HTTP_ALLOWED_NETWORKS: Sequence[str] = ()
    """Networks (``"10.1.0.0/16"``) that may be called although they are private."""

    HTTP_TIMEOUT_S: float = 30.0
    """Total time of one outgoing request, redirects and body included."""

    HTTP_MAX_BYTES: int = 2_097_152
    """Largest body read from an outgoing request, after decompression."""

    MAIL_MAX_RECIPIENTS: int = 50
    """Most recipients of one mail sent by a flow."""

    # Sensitive data. Without a value of the site, the lists in ``openflow_django.sensitive`` hold.

    SENSITIVE_FIELDS: Sequence[str]
    """Words in names of model fields whose values stay out of flows, such as ``"password"``."""

    SENSITIVE_MODELS: Sequence[str]
    """Models that flows neither hear of nor touch: ``"app.model"`` or ``"app.*"``."""

    SENSITIVE_ALLOWED: Sequence[str] = ()
    """Exceptions from both lists: ``"app.model"`` or ``"app.model.field"``."""

    # Secrets. Without a value of the site, the names in ``openflow_django.redaction.names`` hold.

    SECRET_KEYS: Sequence[str] = ()
    """Texts of at least 32 characters: the first encrypts secrets, all decrypt. Empty: from
    ``SECRET_KEY``."""

    SECRET_MIN_LENGTH: int = 8
    """Shortest value a secret variable may have. Less than 8 could not be found in what is written."""

    MAX_VARIABLE_BYTES: int = 65_536
    """Largest value of one variable, measured as UTF-8."""

    REDACTED_NAMES: Sequence[str]
    """Ends of names whose values are redacted in run rows, logs and errors, such as ``"password"``."""

    # Keeping

    RETENTION_DAYS: int | None = 30
    """Finished runs older than this are deleted now and then; ``None`` keeps them."""

    RETENTION_RUNS: int | None = 10_000
    """Finished runs kept for each flow; ``None`` sets no bound."""

    def __getattribute__(self, name: str) -> Any:
        if name.isupper():
            site = overrides()
            if name in site:
                return site[name]
        return super().__getattribute__(name)


def keys() -> tuple[str, ...]:
    """Every valid key of ``OPENFLOW``, in the order of the reference page."""
    return tuple(OpenFlowSettings.__annotations__)


settings = OpenFlowSettings()
