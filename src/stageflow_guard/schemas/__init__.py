"""JSON schemas of the files that people write, generated from the models that read them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by name: `catalogue`, `flow`, `guard`, `limits`, ..."""
    from stageflow_guard.policy.analysis.cases import CaseFile
    from stageflow_guard.policy.engine.catalogue import Catalogue, ToolFile
    from stageflow_guard.policy.engine.flow import FlowFile
    from stageflow_guard.policy.engine.guardrails import GuardrailFile
    from stageflow_guard.policy.engine.limits import LimitFile
    from stageflow_guard.settings import Settings

    models: dict[str, tuple[type[BaseModel], str]] = {
        "catalogue": (Catalogue, "policies/catalogue.yaml"),
        "flow": (FlowFile, "policies/flow.yaml"),
        "guard": (Settings, "guard.toml"),
        "guardrails": (GuardrailFile, "guardrails.yaml"),
        "limits": (LimitFile, "limits.yaml"),
        "test": (CaseFile, "policy_test.yaml and isolation_test.yaml"),
        "tools": (ToolFile, "tenants/<tenant>/tools.yaml"),
    }
    return {
        name: {"$schema": DRAFT, **model.model_json_schema(), "title": title}
        for name, (model, title) in models.items()
    }


def text_of(schema: dict[str, Any]) -> str:
    """Return a schema as it is shipped."""
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
