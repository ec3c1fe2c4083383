import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import openflow_django.models.flow
import openflow_django.models.json_field
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"
                    ),
                ),
                (
                    "document_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="document digest"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("trigger", "trigger"),
                            ("manual", "manual"),
                            ("test", "test"),
                            ("api", "API"),
                            ("flow", "another flow"),
                        ],
                        default="manual",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("suspended", "suspended"),
                            ("joining", "waiting for its parts"),
                            ("success", "succeeded"),
                            ("failure", "failed"),
                            ("skipped", "skipped"),
                            ("canceled", "canceled"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("queue", models.CharField(default="default", max_length=50, verbose_name="queue")),
                ("priority", models.IntegerField(default=100, verbose_name="priority")),
                (
                    "ready_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="ready at"),
                ),
                ("lease_token", models.CharField(blank=True, editable=False, max_length=36)),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("owner", models.CharField(blank=True, max_length=200, verbose_name="worker")),
                ("claims", models.PositiveIntegerField(default=0, verbose_name="claims")),
                ("crashes", models.PositiveIntegerField(default=0, verbose_name="crashes")),
                ("seq", models.PositiveIntegerField(default=0, verbose_name="last checkpoint")),
                ("pending", models.IntegerField(default=0, verbose_name="open parts")),
                (
                    "cancel_requested_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="cancellation asked for at"),
                ),
                ("cancel_reason", models.TextField(blank=True, verbose_name="reason of the cancellation")),
                ("deadline_at", models.DateTimeField(blank=True, null=True, verbose_name="deadline")),
                (
                    "idempotency_key",
                    models.CharField(blank=True, max_length=255, null=True, verbose_name="idempotency key"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at"),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                (
                    "canceled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="canceled by",
                    ),
                ),
            ],
            options={
                "verbose_name": "run",
                "verbose_name_plural": "runs",
                "permissions": (
                    ("view_payload", "Can see inputs, results and logs of runs"),
                    ("cancel_run", "Can cancel runs"),
                    ("replay_run", "Can replay and restart runs"),
                    ("approve_run", "Can approve or refuse waiting runs"),
                ),
                "default_permissions": ("view", "delete"),
            },
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="name")),
                ("host", models.CharField(max_length=200, verbose_name="host")),
                ("pid", models.BigIntegerField(verbose_name="process id")),
                (
                    "queues",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, default=list, verbose_name="queues"
                    ),
                ),
                (
                    "started_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="started at"),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, verbose_name="last seen at"
                    ),
                ),
            ],
            options={
                "verbose_name": "worker",
                "verbose_name_plural": "workers",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Flow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        help_text='Its name in calls, files and addresses, such as "orders/paid".',
                        max_length=255,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\\Z",
                                "Use letters, digits, hyphens and underscores, in parts joined by single slashes.",
                            )
                        ],
                        verbose_name="path",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "icon",
                    models.CharField(
                        blank=True,
                        max_length=50,
                        validators=[
                            django.core.validators.RegexValidator("\\A[a-z0-9_-]*\\Z", "Not an icon name.")
                        ],
                        verbose_name="icon",
                    ),
                ),
                (
                    "color",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A(#[0-9A-Fa-f]{3,8}|[a-z]*)\\Z", "Write a color as #RRGGBB."
                            )
                        ],
                        verbose_name="color",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "active"), ("inactive", "inactive")],
                        default="inactive",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "draft",
                    openflow_django.models.json_field.OrderedJSONField(
                        default=openflow_django.models.flow.minimal_document, verbose_name="draft"
                    ),
                ),
                (
                    "draft_revision",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="Rises by one with every saved draft.",
                        verbose_name="draft revision",
                    ),
                ),
                (
                    "draft_updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="draft saved at"),
                ),
                (
                    "run_as",
                    models.CharField(
                        choices=[
                            ("caller", "whoever started the run"),
                            ("user", "a chosen user"),
                            ("nobody", "nobody"),
                        ],
                        default="caller",
                        max_length=10,
                        verbose_name="acts as",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "draft_updated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="draft saved by",
                    ),
                ),
                (
                    "run_as_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="acting user",
                    ),
                ),
            ],
            options={
                "verbose_name": "flow",
                "verbose_name_plural": "flows",
                "ordering": ("path",),
                "permissions": (
                    ("publish_flow", "Can publish flows and change what starts them"),
                    ("run_flow", "Can start flows"),
                    ("assign_run_as", "Can let a flow act as another user"),
                ),
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text='Such as "shop.order.updated".', max_length=200, verbose_name="name"
                    ),
                ),
                (
                    "payload",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, default=dict, verbose_name="payload"
                    ),
                ),
                (
                    "accountability",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="accountability"
                    ),
                ),
                ("object_type", models.CharField(blank=True, max_length=100, verbose_name="object type")),
                ("object_id", models.CharField(blank=True, max_length=255, verbose_name="object id")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("started", "started"),
                            ("suppressed", "suppressed"),
                            ("failed", "failed"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "depth",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="How many runs led to this event, one through the other.",
                        verbose_name="depth",
                    ),
                ),
                (
                    "ancestry",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, default=list, verbose_name="ancestry"
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at"),
                ),
                ("handled_at", models.DateTimeField(blank=True, null=True, verbose_name="handled at")),
                (
                    "flow",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="openflow.flow",
                        verbose_name="flow",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "default_permissions": ("view", "delete"),
            },
        ),
        migrations.CreateModel(
            name="FlowVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("document", openflow_django.models.json_field.OrderedJSONField(verbose_name="document")),
                (
                    "digest",
                    models.CharField(
                        help_text="SHA-256 of the canonical document.", max_length=64, verbose_name="digest"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="published at"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
                (
                    "flow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="openflow.flow",
                        verbose_name="flow",
                    ),
                ),
            ],
            options={
                "verbose_name": "flow version",
                "verbose_name_plural": "flow versions",
                "default_permissions": ("view", "delete"),
            },
        ),
        migrations.AddField(
            model_name="flow",
            name="published_version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="openflow.flowversion",
                verbose_name="published version",
            ),
        ),
        migrations.CreateModel(
            name="RunData",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="data",
                        serialize=False,
                        to="openflow.run",
                        verbose_name="run",
                    ),
                ),
                (
                    "document",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True,
                        help_text="Only of a test run, which runs the draft of that moment.",
                        null=True,
                        verbose_name="document",
                    ),
                ),
                (
                    "input",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="input"
                    ),
                ),
                (
                    "trigger",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="trigger"
                    ),
                ),
                (
                    "accountability",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="accountability"
                    ),
                ),
                (
                    "env",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="environment"
                    ),
                ),
                (
                    "result",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="result"
                    ),
                ),
                (
                    "error",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="error"
                    ),
                ),
            ],
            options={
                "verbose_name": "run data",
                "verbose_name_plural": "run data",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="run",
            name="event",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="run",
                to="openflow.event",
                verbose_name="event",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="flow",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="runs",
                to="openflow.flow",
                verbose_name="flow",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="children",
                to="openflow.run",
                verbose_name="parent",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="root",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="descendants",
                to="openflow.run",
                verbose_name="root",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="started_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="started by",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="runs",
                to="openflow.flowversion",
                verbose_name="version",
            ),
        ),
        migrations.CreateModel(
            name="StepRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField(verbose_name="order")),
                ("path", models.CharField(max_length=500, verbose_name="path")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("attempt", models.PositiveIntegerField(default=1, verbose_name="attempt")),
                ("module_id", models.CharField(max_length=100, verbose_name="step")),
                ("status", models.CharField(max_length=20, verbose_name="status")),
                (
                    "input",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="input"
                    ),
                ),
                (
                    "result",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="result"
                    ),
                ),
                (
                    "error",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, null=True, verbose_name="error"
                    ),
                ),
                (
                    "logs",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, default=list, verbose_name="log"
                    ),
                ),
                ("planned_delay", models.FloatField(blank=True, null=True, verbose_name="planned delay")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started at")),
                ("duration_us", models.BigIntegerField(default=0, verbose_name="duration in microseconds")),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="openflow.run",
                        verbose_name="run",
                    ),
                ),
            ],
            options={
                "verbose_name": "step run",
                "verbose_name_plural": "step runs",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Trigger",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("type", models.CharField(max_length=50, verbose_name="type")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                ("enabled", models.BooleanField(default=True, verbose_name="enabled")),
                (
                    "options",
                    openflow_django.models.json_field.OrderedJSONField(
                        blank=True, default=dict, verbose_name="options"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "flow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="triggers",
                        to="openflow.flow",
                        verbose_name="flow",
                    ),
                ),
            ],
            options={
                "verbose_name": "trigger",
                "verbose_name_plural": "triggers",
            },
        ),
        migrations.AddField(
            model_name="event",
            name="trigger",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="events",
                to="openflow.trigger",
                verbose_name="trigger",
            ),
        ),
        migrations.AddConstraint(
            model_name="flowversion",
            constraint=models.UniqueConstraint(fields=("flow", "number"), name="openflow_version_number"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["status", "queue", "priority", "ready_at", "id"],
                name="openflow_run_queued",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("status", "running")),
                fields=["status", "lease_until"],
                name="openflow_run_leased",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("status", "suspended")),
                fields=["status", "ready_at"],
                name="openflow_run_suspended",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["flow", "-created_at"], name="openflow_run_flow"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["-created_at"], name="openflow_run_created"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                fields=("flow", "idempotency_key"), name="openflow_run_idempotency"
            ),
        ),
        migrations.AddConstraint(
            model_name="steprun",
            constraint=models.UniqueConstraint(
                fields=("run", "path", "kind", "attempt"), name="openflow_step_attempt"
            ),
        ),
        migrations.AddConstraint(
            model_name="steprun",
            constraint=models.UniqueConstraint(fields=("run", "seq"), name="openflow_step_seq"),
        ),
        migrations.AddIndex(
            model_name="trigger",
            index=models.Index(fields=["type", "enabled"], name="openflow_trigger_type"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["status", "id"], name="openflow_event_status"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["object_type", "object_id"], name="openflow_event_object"),
        ),
    ]
