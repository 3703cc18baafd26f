"""The published rules of BloodHound OpenGraph as JSON schemas, in our own words.

Of a data payload: the pages Graph Data, Metadata, Nodes and Edges of BloodHound's documentation; of an
extension schema: the page Graph Definition. What a JSON schema cannot say (that a kind is defined, an end
exists) the tests ask themselves.
"""

from typing import Any, Final

_SCALAR: Final = {"type": ["string", "number", "boolean"]}
_PROPERTIES: Final = {
    "type": "object",
    "propertyNames": {
        "pattern": "^[a-z0-9_]+$",
        "not": {"enum": ["objectid", "lastseen", "reconcile", "operatingsystem", "distinguishedname"]},
    },
    "additionalProperties": {
        "anyOf": [
            _SCALAR,
            *({"type": "array", "items": {"type": each}} for each in ("string", "number", "boolean")),
        ]
    },
}
_END: Final = {
    "type": "object",
    "required": ["match_by", "value"],
    "additionalProperties": False,
    "properties": {"match_by": {"const": "id"}, "value": {"$ref": "#/$defs/id"}},
}
_KIND: Final = {"type": "string", "pattern": "^(?![Tt][Aa][Gg])[A-Za-z0-9]+_[A-Za-z0-9_]+$"}

PAYLOAD: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"id": {"type": "string", "pattern": "^[^:]+$"}},
    "type": "object",
    "required": ["graph"],
    "additionalProperties": False,
    "properties": {
        "metadata": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"source_kind": {"type": "string"}},
        },
        "graph": {
            "type": "object",
            "required": ["nodes", "edges"],
            "additionalProperties": False,
            "properties": {
                "nodes": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["id", "kinds"],
                        "additionalProperties": False,
                        "properties": {
                            "id": {"$ref": "#/$defs/id"},
                            # Three at most, and the kind of the source is added to each node's.
                            "kinds": {"type": "array", "items": _KIND, "minItems": 1, "maxItems": 2},
                            "properties": _PROPERTIES,
                        },
                    },
                },
                "edges": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["start", "end", "kind"],
                        "additionalProperties": False,
                        "properties": {"start": _END, "end": _END, "kind": _KIND, "properties": _PROPERTIES},
                    },
                },
            },
        },
    },
}
EXTENSION: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["schema", "node_kinds", "relationship_kinds"],
    "additionalProperties": False,
    "properties": {
        "schema": {
            "type": "object",
            "required": ["name", "display_name", "version", "namespace"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "display_name": {"type": "string", "minLength": 1},
                "version": {"type": "string", "pattern": r"^v\d+\.\d+\.\d+$"},
                "namespace": {"type": "string", "pattern": "^(?![Tt][Aa][Gg])[A-Za-z0-9]+$"},
            },
        },
        "node_kinds": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "display_name"],
                "additionalProperties": False,
                "properties": {
                    "name": _KIND,
                    "display_name": {"type": "string", "minLength": 1},
                    "description": {"type": "string"},
                    "is_display_kind": {"type": "boolean"},
                    "icon": {"type": "string", "pattern": "^(?!fa-)[a-z0-9-]+$"},
                    "color": {"type": "string", "pattern": "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"},
                },
            },
        },
        "relationship_kinds": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "name": _KIND,
                    "description": {"type": "string"},
                    "is_traversable": {"type": "boolean"},
                },
            },
        },
    },
}
