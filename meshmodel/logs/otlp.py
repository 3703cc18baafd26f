"""Spans of OpenTelemetry in OTLP JSON: calls of tools and of MCP servers, by the GenAI conventions.

Who: ``agent:`` and ``agent-id:`` of the span, or of the nearest span above it that has them; ``service:``
of the resource. Where: ``tool:``, ``resource:``, ``prompt:``, then ``mcp:`` and ``host:`` with the address
of the server. What: ``execute_tool NAME``, ``tools/call NAME``, ``resources/read URI``, ``prompts/get
NAME``. Sessions: ``gen_ai.conversation.id:``, ``cicd.pipeline.run.id:``, ``mcp.session.id:`` and
``trace:``. Spans tell of no credential.

A call is one event: the span of its server is left out, and so is a span of its execution that has a span
of an MCP client below it. Spans of models (chat, embeddings) are no events. Children are exported before
their parents: a call waits for the span of its agent, ``WAITING`` calls at most.

Source: opentelemetry-proto, ``examples/trace.json``; semantic-conventions-genai 0.1.0, "Model Context
Protocol" and "GenAI agent spans" (status Development).
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from meshmodel.logs.mapping import LogRecord
from meshmodel.logs.record_values import distinct, handle, nested, objects, text
from meshmodel.logs.streams import Document
from meshmodel.model.vocabulary import Action

WAITING: Final = 10_000
"""The calls that wait for a span above them, at most."""
_KNOWN: Final = 100_000
"""The spans that are remembered, at most."""
_DEPTH: Final = 100
"""The spans above a call that are looked at."""
_METHODS: Final[dict[str, Action]] = {
    "tools/call": "execute",
    "resources/read": "read",
    "prompts/get": "read",
}
_INHERITED: Final[tuple[str, ...]] = ("gen_ai.agent.name", "gen_ai.agent.id", "gen_ai.conversation.id")
_SERVER: Final = (2, "SPAN_KIND_SERVER")
_ERROR: Final = (2, "STATUS_CODE_ERROR")

_Key = tuple[str, str]
"""The ids of a trace and of a span in it."""


class _TraceSpan(NamedTuple):
    key: _Key
    above: _Key | None
    at: dict[str, str]
    resource: dict[str, str]
    span: dict[str, Any]


class _Spans:
    """The spans so far, by which a call finds its agent."""

    def __init__(self) -> None:
        self.known: dict[_Key, tuple[_Key | None, dict[str, str]]] = {}
        self.called: dict[_Key, None] = {}
        """Spans that have a span of an MCP client below them."""

    def add(self, span: _TraceSpan) -> None:
        inherited = {key: span.at[key] for key in _INHERITED if key in span.at}
        _bounded(self.known)[span.key] = span.above, inherited
        if span.above is not None and "mcp.method.name" in span.at and not _is_server(span):
            _bounded(self.called)[span.above] = None

    def inherited(self, span: _TraceSpan) -> tuple[dict[str, str], _Key | None]:
        """The attributes that a span has from those above, and which of these is needed and unknown yet."""
        found = {key: span.at[key] for key in _INHERITED if key in span.at}
        above = span.above
        for _ in range(_DEPTH):
            if above is None or "gen_ai.agent.name" in found:
                break
            if above not in self.known:
                return found, above
            above, given = self.known[above]
            found = {**given, **found}
        return found, None


def records(documents: Iterable[Document]) -> Iterator[LogRecord]:
    """The calls, each when the span of its agent is known; the others follow at the end."""
    spans = _Spans()
    waiting: dict[_Key, list[_TraceSpan]] = {}  # by the span above that each waits for
    count = 0
    for _, document in documents:
        found = list(_spans(document))
        for span in found:
            spans.add(span)
        freed = [each for span in found for each in waiting.pop(span.key, ())]
        count -= len(freed)
        for span in [*freed, *(each for each in found if _is_call(each))]:
            inherited, missing = spans.inherited(span)
            if missing is None or count >= WAITING:
                yield from _record(span, inherited, spans)
            else:
                waiting.setdefault(missing, []).append(span)
                count += 1
    for span in (each for held in waiting.values() for each in held):
        yield from _record(span, spans.inherited(span)[0], spans)


def _spans(document: dict[str, Any]) -> Iterator[_TraceSpan]:
    """The spans of the export of one resource."""
    resource = _attributes(nested(document, "resource"))
    for scope in objects(document, "scopeSpans"):
        for span in objects(scope, "spans"):
            trace, above = (text(span, "traceId") or "").lower(), text(span, "parentSpanId")
            key = trace, (text(span, "spanId") or "").lower()
            yield _TraceSpan(
                key, (trace, above.lower()) if above else None, _attributes(span), resource, span
            )


def _attributes(holder: dict[str, Any]) -> dict[str, str]:
    found = {}
    for each in objects(holder, "attributes"):
        key, value = text(each, "key"), nested(each, "value")
        name = text(value, "stringValue") or handle(value, "intValue")
        if key and name:
            found[key] = name
    return found


def _is_server(span: _TraceSpan) -> bool:
    return span.span.get("kind") in _SERVER


def _is_call(span: _TraceSpan) -> bool:
    method = span.at.get("mcp.method.name")
    if method is not None:
        return method in _METHODS and not _is_server(span)
    return span.at.get("gen_ai.operation.name") == "execute_tool"


def _record(span: _TraceSpan, inherited: dict[str, str], spans: _Spans) -> Iterator[LogRecord]:
    at, resource = span.at, span.resource
    method = at.get("mcp.method.name")
    if method is None and span.key in spans.called:
        return  # the span of the client below it is the same call
    named = (
        ("tool", at.get("gen_ai.tool.name")),
        ("resource", at.get("mcp.resource.uri")),
        ("prompt", at.get("gen_ai.prompt.name")),
        ("mcp", at.get("server.address") if method else None),
        ("host", at.get("server.address")),
    )
    principals = (
        ("agent", inherited.get("gen_ai.agent.name")),
        ("agent-id", inherited.get("gen_ai.agent.id")),
        ("service", resource.get("service.name")),
    )
    sessions = (
        ("gen_ai.conversation.id", inherited.get("gen_ai.conversation.id")),
        ("cicd.pipeline.run.id", at.get("cicd.pipeline.run.id") or resource.get("cicd.pipeline.run.id")),
        ("mcp.session.id", at.get("mcp.session.id")),
        ("trace", span.key[0]),
    )
    about = next((value for _, value in named[:3] if value), "")
    yield LogRecord(
        principals=_prefixed(principals),
        targets=_prefixed(named),
        operation=f"{method or 'execute_tool'} {about}".rstrip(),
        action=_METHODS[method] if method else "execute",
        time=_time(span.span.get("startTimeUnixNano")),
        id=span.key[1] or None,
        refused=nested(span.span, "status").get("code") in _ERROR,
        sessions=_prefixed(sessions),
    )


def _prefixed(pairs: Iterable[tuple[str, str | None]]) -> tuple[str, ...]:
    return distinct(*(f"{key}:{value}" for key, value in pairs if value))


def _time(value: object) -> float | None:
    """Nanoseconds, as text or as a number, in seconds."""
    known = handle({"": value}, "")
    return int(known) / 1e9 if known and known.isdecimal() and len(known) <= 20 else None


def _bounded(known: dict[_Key, Any]) -> dict[_Key, Any]:
    """A dictionary with a free place: the oldest entry is forgotten."""
    if len(known) >= _KNOWN:
        del known[next(iter(known))]
    return known
