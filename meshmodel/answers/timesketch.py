"""A trace as Timesketch imports it: JSON Lines with the keys that it needs, and ours to search by.

Its keys are ``message``, ``datetime`` and ``timestamp_desc``; others are free, and ``tag`` is shown as labels
(https://timesketch.org/guides/user/import-from-json-csv/).
"""

import json
from datetime import UTC, datetime

from meshmodel.analysis.trace_records import TracedEvent
from meshmodel.answers.trace import TraceSummary, TraceText, trace_json


class TimesketchLines:
    """Writes one event after the other; one without a time gets that of the event before it, and says so."""

    def __init__(self, summary: TraceSummary) -> None:
        """Arguments: of what logs the events are."""
        self._text, self._time = TraceText(summary), 0.0

    def line(self, traced: TracedEvent) -> str:
        """An event as a line."""
        told, time = trace_json(traced), traced.event.time
        if time is not None:
            self._time = time
        crossing, decision = told.pop("crossing") or {}, told.pop("decision") or {}
        yielded = told.pop("yielded") or {}
        del told["format"], told["time"]
        authority = [each["credential"] for each in told.pop("authority")]
        document = {
            "message": "; ".join(each.line for each in self._text.event_blocks(traced)),
            "datetime": datetime.fromtimestamp(self._time, UTC).isoformat(timespec="microseconds"),
            "timestamp_desc": "Event recorded" if time is not None else "Event before it recorded",
            "data_type": "meshmodel:event",
            "tag": [
                each for each in (traced.recheck, traced.credential_state) if each not in {None, "none-due"}
            ],
            **told,
            "yielded_how": yielded.get("how"),
            "yielded_by": yielded.get("by"),
            "yielded_at": yielded.get("system"),
            "yielded_event": yielded.get("event"),
            "authority": " < ".join(authority),
            "crossing_source": crossing.get("source"),
            "crossing_event": crossing.get("event"),
            "severity": crossing.get("severity"),
            "decided_by": decision.get("checkpoint"),
            "decided_event": decision.get("event"),
        }
        return json.dumps({key: each for key, each in document.items() if each not in (None, "", [])})
