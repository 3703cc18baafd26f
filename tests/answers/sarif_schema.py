"""What SARIF 2.1.0 asks of a log, for the parts that the program writes, in own words.

Source: SARIF 2.1.0 (OASIS), sections 3.13 to 3.58. Each object allows only the properties named here, of
those that the standard has.
"""

from typing import Any

TEXT = {"type": "string", "minLength": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
URI = {"type": "string", "pattern": r"^[A-Za-z0-9._~:/?@!$&'()*+,;=%-]+$"}


def exact(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object with these properties and no others."""
    properties = {**required, **optional}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def unique(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A list without doubles."""
    return {"type": "array", "items": items, "uniqueItems": True, **more}


MESSAGE = exact({"text": TEXT})
MULTIFORMAT = exact({"text": TEXT}, markdown=TEXT)
ABSOLUTE = {"allOf": [URI, {"pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:"}]}
NOTIFICATION = exact({"message": MESSAGE}, level=LEVEL)
RULE = exact(
    {"id": TEXT},
    shortDescription=MULTIFORMAT,
    fullDescription=MULTIFORMAT,
    help=MULTIFORMAT,
    defaultConfiguration=exact({}, level=LEVEL),
    properties=exact(
        {"tags": unique({"type": "string"}, maxItems=10)},
        **{"security-severity": {"type": "string", "pattern": r"^(\d|10)\.\d$"}},
    ),
)
REGION = exact({"startLine": {"type": "integer", "minimum": 1}})
LOCATION = exact(
    {},
    physicalLocation=exact({"artifactLocation": exact({"uri": URI})}, region=REGION),
    logicalLocations=unique(exact({}, fullyQualifiedName=TEXT, kind=TEXT)),
)
SUPPRESSION = exact(
    {"kind": {"enum": ["inSource", "external"]}},
    status={"enum": ["accepted", "underReview", "rejected"]},
    justification=TEXT,
)
RESULT = exact(
    {"message": MESSAGE},
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    locations={"type": "array", "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    properties=exact({"severity": TEXT}),
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
    suppressions=unique(SUPPRESSION),
)
DRIVER = exact({"name": TEXT}, semanticVersion=TEXT, informationUri=ABSOLUTE, rules=unique(RULE))
RUN = exact(
    {"tool": exact({"driver": DRIVER})},
    invocations={
        "type": "array",
        "items": exact(
            {"executionSuccessful": {"type": "boolean"}},
            toolExecutionNotifications={"type": "array", "items": NOTIFICATION},
        ),
    },
    results={"type": "array", "items": RESULT},
)
LOG = exact(
    {"version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}},
    **{"$schema": {"type": "string", "format": "uri"}},
)
