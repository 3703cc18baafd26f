"""The server: tools and resources over standard input and output, by the official SDK."""

import asyncio
import gc
import os
import re
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar, cast

import anyio
import mcp_types as types
from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from pydantic import ValidationError

import meshmodel
from meshmodel.interchange import write_text
from meshmodel.mcp_server.tool_answers import NOTICE, marked_json, marked_words
from meshmodel.mcp_server.tools import ModelTool, ServerOptions, tools_of
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.secrets import masked
from meshmodel.model.stop import CURRENT, Stop, Stopped
from meshmodel.model.text import did_you_mean, one_line
from meshmodel.store.load import load

LONGEST: Final = 30.0
"""Seconds after which a call is given up."""
_Answer = TypeVar("_Answer")
_MODEL: Final = "meshmodel://model"
_MANUAL: Final = "meshmodel://manual/"
_INSTRUCTIONS: Final = (
    "A model of what AI agents can reach, with which identity, and where no checkpoint decides. "
    "Draft with propose, ask people what questions lists, and leave approvals to them: "
    "mark checkpoints as planned. " + NOTICE
)


_LONE: Final = re.compile(
    r"(\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})|\\u[dD][89a-fA-F][\da-fA-F]{2}"
)
"""A surrogate in JSON without its other half; or, as the first group, what only looks like one."""


def with_whole_characters(line: str) -> str:
    """A line of JSON in which the replacement character stands for a lone surrogate, which is no character.

    The SDK drops a request with one unanswered.
    """
    return _LONE.sub(lambda found: found[1] or "\\ufffd", line)


class _Requests:
    """The lines of standard input, as the SDK reads them; nothing else reads it from then on."""

    def __init__(self) -> None:
        own, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._lines = anyio.wrap_file(os.fdopen(own, encoding="utf-8", errors="replace"))

    async def __aiter__(self) -> AsyncIterator[str]:
        async for line in self._lines:
            yield with_whole_characters(line)


class ModelServer:
    """Answers the requests of one client, one computation at a time."""

    def __init__(self, served: ServerOptions, topics: Sequence[str], page: Callable[[str], str]) -> None:
        """Arguments: what is served; the pages of the manual, and what reads one."""
        self._served, self._topics, self._page = served, topics, page
        self._tools = tools_of(served)
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Serve until the client closes its end."""
        server = Server(
            "meshmodel",
            version=meshmodel.__version__,
            instructions=_INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_read_resource=self._read_resource,
        )
        async with stdio_server(cast("anyio.AsyncFile[str]", _Requests())) as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    async def _list_tools(self, _: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_declared(each) for each in self._tools.values()])

    async def _call_tool(self, _: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        return await self._in_turn(lambda: _answer(self._tools, self._served, asked))

    async def _list_resources(self, _: Any, __: Any) -> types.ListResourcesResult:
        model = types.Resource(
            uri=_MODEL, name="model", title="The model as TOML", mime_type="application/toml"
        )
        pages = [
            types.Resource(
                uri=f"{_MANUAL}{each}", name=each, title=f"Manual: {each}", mime_type="text/markdown"
            )
            for each in self._topics
        ]
        return types.ListResourcesResult(resources=[model, *pages])

    async def _read_resource(
        self, _: Any, asked: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        try:
            text, kind = await self._in_turn(lambda: self._resource(str(asked.uri)))
        except MeshmodelError as error:
            raise MCPError(types.INVALID_PARAMS, one_line(masked(str(error)), limit=2_000)) from None
        content = types.TextResourceContents(uri=asked.uri, mime_type=kind, text=text)
        return types.ReadResourceResult(contents=[content])

    def _resource(self, uri: str) -> tuple[str, str]:
        if uri == _MODEL:
            return f"# {NOTICE}\n{write_text(load(self._served.model))}", "application/toml"
        topic = uri.removeprefix(_MANUAL)
        if topic == uri or topic not in self._topics:
            raise MeshmodelError(f"there is no resource {one_line(uri)}")
        return self._page(topic), "text/markdown"

    async def _in_turn(self, work: Callable[[], _Answer]) -> _Answer:
        """Do work in a thread after all before it; it is stopped where nobody waits for it any more."""
        gone = threading.Event()

        def run() -> _Answer:
            CURRENT.set(Stop(LONGEST, gone.is_set))
            return work()

        async with self._turn:
            try:
                return await asyncio.to_thread(run)
            finally:
                gone.set()


def serve(served: ServerOptions, topics: Sequence[str], page: Callable[[str], str]) -> None:
    """Serve until the client closes its end, or goes away while it is answered."""
    gc.freeze()  # what was imported stays; the command line disables the collector, for short runs
    gc.enable()
    try:
        asyncio.run(ModelServer(served, topics, page).run())
    except* (BrokenPipeError, ConnectionResetError):
        pass


def _declared(tool: ModelTool) -> types.Tool:
    """A tool as a client sees it; what it says of itself is true."""
    hints = types.ToolAnnotations(
        read_only_hint=not tool.writes,
        destructive_hint=tool.writes,
        idempotent_hint=not tool.writes,
        open_world_hint=False,
    )
    schema = tool.takes.model_json_schema()
    return types.Tool(name=tool.name, description=tool.about, input_schema=schema, annotations=hints)


def _answer(
    tools: Mapping[str, ModelTool], served: ServerOptions, asked: types.CallToolRequestParams
) -> types.CallToolResult:
    """The answer of a tool, or in one line why there is none."""
    try:
        tool = _tool_named(tools, asked.name)
        found = tool.answer(served, tool.takes.model_validate(asked.arguments or {}))
    except ValidationError as error:
        return _refusal(_what_is_wrong(error))
    except MeshmodelError as error:
        return _refusal(str(error))
    except Stopped:
        return _refusal(f"the answer was not there after {LONGEST:.0f} seconds")
    except Exception as error:  # noqa: BLE001  # one call's fault is not the end of the others
        return _refusal(f"a fault of the program, and no answer: {type(error).__name__}")
    content: list[types.ContentBlock] = [types.TextContent(text=marked_words(found.words))]
    structure = marked_json(found.json, found.left_out)
    return types.CallToolResult(content=content, structured_content=structure, is_error=found.is_error)


def _tool_named(tools: Mapping[str, ModelTool], name: str) -> ModelTool:
    if name not in tools:
        hint = did_you_mean(name, tools) or f"there are {', '.join(tools)}"
        raise MeshmodelError(f"unknown tool: {one_line(name)}; {hint}")
    return tools[name]


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{one_line('.'.join(map(str, first['loc'])))}: {first['msg'].lower()}"


def _refusal(why: str) -> types.CallToolResult:
    said = one_line(masked(why), limit=2_000)
    content: list[types.ContentBlock] = [types.TextContent(text=marked_words(said))]
    return types.CallToolResult(
        content=content, structured_content=marked_json({"error": said}), is_error=True
    )
