# SPDX-License-Identifier: GPL-2.0-or-later
"""What --json prints, compared with docs/schema."""

import json
from pathlib import Path

import jsonschema

DOCUMENTS = Path("/usr/share/doc/khttpdctl")


def strict(schema):
    """A schema that takes no member that it does not describe."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


def schema_of(words):
    """The schema of a command."""
    return json.loads((DOCUMENTS / "schema" / ("-".join(words) + ".json")).read_text(encoding="utf-8"))


def judge(words, text):
    """Compare an object with the schema of its command."""
    shown = json.loads(text)
    jsonschema.Draft202012Validator(strict(schema_of(words))).validate(shown)
    return shown
