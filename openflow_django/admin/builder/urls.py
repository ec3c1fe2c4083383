"""The addresses of the builder, below that of the flow admin."""

from django.urls import URLPattern

from openflow_django.admin.builder import (
    catalog,
    convert,
    drafts,
    evaluation,
    models,
    pins,
    run_details,
    runs,
    scope,
    tests,
    triggers,
    values,
    versions,
)
from openflow_django.admin.builder.calls import endpoint
from openflow_django.admin.pages import PageAdmin

__all__ = ["BuilderPages"]

FLOW = "<int:flow_id>/builder/"
RUN = "builder/runs/<int:run_id>/"
STEP = f"{RUN}steps/<path:key>/"


class BuilderPages(PageAdmin):
    """The part of the flow admin that programs talk to."""

    def builder_urls(self) -> list[URLPattern]:
        """All of them. They come before those of pages, whose keys of objects may hold slashes."""
        return [
            endpoint(self, "builder/catalog/", "catalog", is_cached=True, get=catalog.show),
            endpoint(self, "builder/models/", "models", get=models.show),
            endpoint(self, "builder/convert/", "convert", post=convert.convert),
            endpoint(self, f"{FLOW}draft/", "draft", put=drafts.save),
            endpoint(self, f"{FLOW}validate/", "validate", post=drafts.validate),
            endpoint(self, f"{FLOW}publish/", "publish", post=drafts.publish),
            endpoint(self, f"{FLOW}versions/", "versions", get=versions.list_versions),
            endpoint(self, f"{FLOW}versions/<int:number>/", "version", get=versions.show),
            endpoint(self, f"{FLOW}evaluate/", "evaluate", post=evaluation.evaluate),
            endpoint(self, f"{FLOW}scope/", "scope", get=scope.of_draft, post=scope.of_document),
            endpoint(self, f"{FLOW}value/", "value", get=values.show),
            endpoint(self, f"{FLOW}test/", "test", post=tests.start),
            endpoint(self, f"{FLOW}pins/", "pins", get=pins.show, put=pins.change),
            endpoint(
                self,
                f"{FLOW}triggers/",
                "triggers",
                get=triggers.list_triggers,
                post=triggers.create,
                patch=triggers.change,
                delete=triggers.remove,
            ),
            endpoint(self, f"{RUN}state/", "run_state", get=runs.state),
            endpoint(self, f"{STEP}iterations/", "run_iterations", get=run_details.iterations),
            endpoint(self, STEP, "run_step", get=run_details.step),
            endpoint(self, f"{RUN}cancel/", "run_cancel", post=runs.cancel),
            endpoint(self, f"{RUN}restart/", "run_restart", post=runs.restart),
        ]
