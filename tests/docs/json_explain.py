"""The keys of ``meshmodel-explain/1``, and those that several forms of answer share."""

from typing import Final

STEP: Final = (
    ("step", "string", "hold, grant, custody, exchange, delegation, trigger, hearing or hosting"),
    ("from", "string", "the id at which the step begins"),
    ("to", "string", "the id at which it ends"),
)
SPREAD: Final = (
    ("agents", "list of strings", "agents"),
    ("credentials", "list of strings", "credentials"),
    ("systems", "list of objects", "systems that are reached"),
    ("systems[].system", "string", "its id"),
    ("systems[].actions", "list of strings", "what can be done there"),
)


def below(path: str, keys: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    """Keys of an object as paths below the path of the object."""
    return tuple((f"{path}{key}", kind, words) for key, kind, words in keys)


EXPLAIN: Final = (
    ("format", "string", "meshmodel-explain/1"),
    ("agent", "string or null", "the agent; null if the model has no path at all"),
    ("source", "string or null", "the system that it starts from; null: home, or no path"),
    ("system", "string or null", "the target"),
    ("action", "string or null", "what it does there; null where nothing is reached and none was named"),
    (
        "state",
        "string or null",
        "uncontrolled (unchecked), approved (intended) or controlled (checked); null: no path",
    ),
    ("steps", "list of objects", "the attack path, step by step; empty if nothing is reached"),
    ("steps[].step", "string", "its kind; implies is admin that stands for another action"),
    ("steps[].from", "string", "kind:id at which it begins"),
    ("steps[].to", "string", "kind:id at which it ends"),
    ("steps[].action", "string or null", "the action of the access that it leaves or enters"),
    ("steps[].identity", "string or null", "the identity that is active then"),
    ("steps[].yielded_by", "string or null", "the system that yielded the credential"),
    ("steps[].zone_from", "string or null", "the zone that is left, where one is"),
    ("steps[].zone_to", "string or null", "the zone that is entered"),
    ("steps[].checkpoint", "string or null", "the first checkpoint on it that counts"),
    ("severity", "string or null", "how bad it is; null: intended, checked, or no path"),
    ("sentences", "list of strings", "the attack path in words, or why there is none"),
)
ALL_WAYS: Final = (
    ("unasked?", "boolean", "with --all: whether some path has no effective checkpoint"),
    ("through?", "list of objects", "the elements that all paths pass, in order"),
    ("through[].element", "string", "kind:id"),
    ("through[].actions", "list of strings", "of a system: the actions"),
    ("doors?", "list of objects", "the last grants of the paths"),
    ("doors[].credential", "string", "the credential"),
    ("doors[].system", "string", "the system"),
    ("doors[].actions", "list of strings", "the actions of the grant"),
    ("doors[].intended", "boolean", "whether an intended use covers it"),
    ("cut?", "object or null", "steps of which every path takes one; null if nothing is reached"),
    ("cut.size", "integer", "how many steps such a set has"),
    ("cut.steps", "list of objects", "the set; where the size is 1, all steps that alone are one"),
    *below("cut.steps[].", STEP),
    ("standing?", "list of objects", "the effective checkpoints on the paths"),
    ("standing[].checkpoint", "string", "its id"),
    *below("standing[].", STEP),
    ("reaches?", "object or null", "where nothing is reached: what the agent does reach"),
    *below("reaches.", SPREAD),
    ("reached_from?", "object or null", "likewise: what reaches the target"),
    *below("reached_from.", SPREAD),
    ("blocked?", "list of objects", "what alone keeps a path closed"),
    ("blocked[].because", "string", "revoked, retired or bound"),
    ("blocked[].element", "string", "kind:id"),
    ("blocked[].system", "string or null", "of a stored credential that is bound: where"),
    ("openings?", "list of objects", "single relations that would open a path: any from with any to"),
    ("openings[].relation", *STEP[0][1:]),
    ("openings[].from", "list of objects", "where such a relation could begin"),
    ("openings[].from[].id", "string", "an id"),
    ("openings[].from[].action", "string or null", "of a system: the action"),
    ("openings[].to", "list of objects", "where it could end"),
    ("openings[].to[].id", "string", "an id"),
    ("openings[].to[].action", "string or null", "of a system: the action"),
    ("openings[].number", "integer", "how many relations these are"),
    ("openings_number?", "integer", "how many relations are listed in all"),
    ("openings_complete?", "boolean", "whether no other relation would open a path"),
)
