"""What each key of the answer of ``diff`` holds."""

from typing import Final

from tests.docs.json_explain import STEP, below

_SUMMARY: Final = (
    ("name", "string or null", "the name of the model"),
    ("summary", "object", "counts, as in meshmodel-check/1"),
    *(
        (f"summary.{key}", "integer", words)
        for key, words in (
            ("agents", "agents"),
            ("systems", "systems"),
            ("credentials", "credentials"),
            ("crossings", "paths across a trust boundary"),
            ("uncontrolled", "of these: unchecked"),
            ("approved", "of these: approved"),
            ("missing", "missing checkpoints"),
        )
    ),
)
_REACHED: Final = (
    ("actions", "list of strings", "all that it can do there"),
    ("direct", "list of strings", "of these: with what it holds"),
    ("own", "list of strings", "of these: as itself, without another agent"),
    ("unchecked", "list of strings", "of these: where no effective checkpoint decides"),
)
_STATE: Final = (
    ("state", "string", "uncontrolled (unchecked), approved (intended) or controlled (checked)"),
    ("severity", "string or null", "null unless it is unchecked"),
)
_FOUND: Final = (
    ("severity", "string", "low, medium, high or critical"),
    ("message", "string", "what was found"),
    ("agents", "list of strings", "the agents concerned, where the rule names them"),
    ("actions", "list of strings", "the actions concerned, likewise"),
    ("accepted", "boolean", "whether an acceptance covers it"),
)
_FIX: Final = (
    ("cost", "integer", "how many checkpoints it takes"),
    ("lower_bound", "integer", "how many it takes at least"),
    ("optimal", "boolean", "whether it is proven that fewer cannot do"),
    ("checkpoints", "list of objects", "the steps to guard"),
    *below("checkpoints[].", STEP),
    ("closes", "integer", "how many unchecked paths they close"),
)

DIFF: Final = (
    ("format", "string", "meshmodel-diff/1"),
    ("view", "string", "built, or designed with --planned"),
    ("old", "object", "the model before"),
    *below("old.", _SUMMARY),
    ("new", "object", "the model after"),
    *below("new.", _SUMMARY),
    ("opened", "integer", "paths that are new or worse; with any the exit status is 1"),
    ("worst", "string or null", "the highest severity of those"),
    ("standing", "integer", "paths that are unchecked before and after, and no more severe"),
    ("drawn", "list of objects", "the records that differ, in the order of the interchange file"),
    ("drawn[].table", "string", "the table; about: the name and description of the model"),
    ("drawn[].key", "list of strings", "its id, or its two ends"),
    ("drawn[].change", "string", "added, removed or changed"),
    ("drawn[].says", "string", "the record in words, as it is after, or of a removed one as it was"),
    ("drawn[].fields", "list of objects", "of a changed one: the fields that differ"),
    ("drawn[].fields[].field", "string", "its key in the interchange file"),
    ("drawn[].fields[].before", "string or null", "its value as text; null: not set"),
    ("drawn[].fields[].after", "string or null", "likewise"),
    ("identities", "list of objects", "the agents that carry other identities than before"),
    ("identities[].agent", "string", "its id"),
    ("identities[].gained", "list of strings", "identities that it did not carry"),
    ("identities[].lost", "list of strings", "identities that it no longer carries"),
    ("reach", "list of objects", "what agents reach otherwise than before, by agent and system"),
    ("reach[].agent", "string", "who"),
    ("reach[].system", "string", "where"),
    ("reach[].gained", "list of strings", "actions that it did not reach"),
    ("reach[].lost", "list of strings", "actions that it no longer reaches"),
    ("reach[].before", "object or null", "null: it reached nothing there"),
    *below("reach[].before.", _REACHED),
    ("reach[].after", "object or null", "null: it reaches nothing there"),
    *below("reach[].after.", _REACHED),
    ("crossings", "list of objects", "the paths whose state or severity differs"),
    ("crossings[].agent", "string", "who"),
    ("crossings[].source", "string or null", "its starting point; null: home, listed first"),
    ("crossings[].target", "string", "the system on which it acts"),
    ("crossings[].action", "string", "what it does there"),
    (
        "crossings[].change",
        "string",
        "new (unchecked, and was not), worse or milder (in severity), closed (was unchecked), other",
    ),
    ("crossings[].before", "object or null", "null: there was none"),
    *below("crossings[].before.", _STATE),
    ("crossings[].after", "object or null", "null: there is none"),
    *below("crossings[].after.", _STATE),
    ("findings", "list of objects", "the findings of both, with the missing checkpoints"),
    ("findings[].rule", "string", "the id of the rule"),
    ("findings[].subject", "string", "ids with > between them, as the rule says"),
    (
        "findings[].change",
        "string",
        "new, closed, worse (severity rose, an agent or action was added, or no longer accepted), still",
    ),
    ("findings[].before", "object or null", "null: it is new"),
    *below("findings[].before.", _FOUND),
    ("findings[].after", "object or null", "null: it is closed"),
    *below("findings[].after.", _FOUND),
    ("fix", "object or null", "what the fix costs; null with --without-fix"),
    ("fix.before", "object", "the fix of the model before"),
    *below("fix.before.", _FIX),
    ("fix.after", "object", "that of the model after"),
    *below("fix.after.", _FIX),
    ("work?", "list of objects", "with --closes: the list of actions of the model before"),
    ("work[].number", "integer", "as in its report, its tickets and its fix"),
    ("work[].key", "string", "as the id of its ticket"),
    ("work[].title", "string", "what was to be done"),
    (
        "work[].change",
        "string",
        "closed (nothing that it closes is found any more), begun (some of it is), open (all of it is)",
    ),
    ("work[].left", "list of strings", "what is still found, as RULE:SUBJECT"),
)
