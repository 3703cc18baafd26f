"""Files that look like agents and that no form reads: by their names, and by what source code imports.

Of such files nothing is drawn; a scan names them, so that what it does not say is not taken for safe.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

from meshmodel.model.stop import Stop

FILE_LIMIT: Final = 2_000
"""The most files of source code whose imports are looked at."""
_LOOKED_AT: Final = 64 << 10
"""So many bytes of each are looked at: imports stand near the beginning."""
_NAMES: Final = MappingProxyType(
    {
        "langgraph.json": "LangGraph",
        "config/agents.yaml": "CrewAI",
        "root_agent.yaml": "Google ADK",
        "agent-card.json": "A2A",
        ".bedrock_agentcore.yaml": "Bedrock AgentCore",
        "agentcore/agentcore.json": "Bedrock AgentCore",
        "declarativeAgent.json": "Microsoft 365 Copilot",
        "openclaw.json": "OpenClaw",
        "librechat.yaml": "LibreChat",
        "litellm_config.yaml": "LiteLLM",
        "litellm-config.yaml": "LiteLLM",
        ".qwen/settings.json": "Qwen Code",
        "crush.json": "Crush",
        ".crush.json": "Crush",
        "fastagent.config.yaml": "fast-agent",
        ".kiro/agents/*.json": "Kiro",
        ".github/agents/*.md": "GitHub Copilot",
        ".aider.conf.yml": "Aider",
        "flow.dag.yaml": "Prompt flow",
        "*.mcs.yml": "Copilot Studio",
        "*.chatflow": "Flowise",
        "*.af": "Letta",
        "agentscope.json": "AgentScope",
    }
)
"""By pattern of the end of a path the product that reads such a file."""
INSTRUCTIONS: Final = "instructions for a coding agent"
_INSTRUCTIONS: Final = (
    "CLAUDE.md", "AGENTS.md", "GEMINI.md", "CRUSH.md", ".cursorrules", ".windsurfrules", ".clinerules",
    ".github/copilot-instructions.md", ".cursor/rules/*.mdc",
)  # fmt: skip
"""Files that tell a coding agent what to do: they limit nothing, and somebody uses one."""
_PYTHON: Final = MappingProxyType(
    {
        "langgraph": "LangGraph",
        "langchain": "LangChain",
        "langchain_classic": "LangChain",
        "deepagents": "Deep Agents",
        "crewai": "CrewAI",
        "agents": "OpenAI Agents SDK",
        "google.adk": "Google ADK",
        "strands": "Strands",
        "autogen": "AutoGen",
        "autogen_agentchat": "AutoGen",
        "autogen_core": "AutoGen",
        "agent_framework": "Microsoft Agent Framework",
        "pydantic_ai": "Pydantic AI",
        "smolagents": "smolagents",
        "llama_index": "LlamaIndex",
        "claude_agent_sdk": "Claude Agent SDK",
        "claude_code_sdk": "Claude Agent SDK",
        "semantic_kernel": "Semantic Kernel",
        "agno": "Agno",
        "phi.agent": "Phidata",
        "haystack.components.agents": "Haystack",
        "dspy": "DSPy",
        "letta": "Letta",
        "letta_client": "Letta",
        "camel.agents": "CAMEL",
        "metagpt": "MetaGPT",
        "swarms": "Swarms",
        "beeai_framework": "BeeAI",
        "griptape": "Griptape",
        "atomic_agents": "Atomic Agents",
        "fast_agent": "fast-agent",
        "mcp_agent": "mcp-agent",
        "praisonaiagents": "PraisonAI",
        "browser_use": "Browser Use",
        "livekit.agents": "LiveKit Agents",
        "pipecat": "Pipecat",
        "bedrock_agentcore": "Bedrock AgentCore",
        "azure.ai.agents": "Azure AI Agents",
        "qwen_agent": "Qwen-Agent",
        "agentscope": "AgentScope",
        "composio": "Composio",
    }
)
"""By module of Python the framework of agents that it is of."""
_SCRIPT: Final = MappingProxyType(
    {
        "@langchain/langgraph": "LangGraph",
        "@langchain/core": "LangChain",
        "langchain": "LangChain",
        "@openai/agents": "OpenAI Agents SDK",
        "@anthropic-ai/claude-agent-sdk": "Claude Agent SDK",
        "@anthropic-ai/claude-code": "Claude Agent SDK",
        "ai": "Vercel AI SDK",
        "@mastra/core": "Mastra",
        "@google/adk": "Google ADK",
        "@strands-agents/sdk": "Strands",
        "llamaindex": "LlamaIndex",
        "@voltagent/core": "VoltAgent",
        "beeai-framework": "BeeAI",
        "genkit": "Genkit",
        "@inngest/agent-kit": "Inngest AgentKit",
        "@elizaos/core": "ElizaOS",
        "@microsoft/agents-hosting": "Microsoft 365 Agents SDK",
        "@browserbasehq/stagehand": "Stagehand",
        "@github/copilot-sdk": "GitHub Copilot SDK",
        "@composio/core": "Composio",
    }
)
"""Likewise by package of JavaScript and TypeScript."""
_OTHER: Final = MappingProxyType(
    {
        "dev.langchain4j": "LangChain4j",
        "org.springframework.ai": "Spring AI",
        "com.google.adk": "Google ADK",
        "com.embabel": "Embabel",
        "Microsoft.SemanticKernel": "Semantic Kernel",
        "Microsoft.Agents.AI": "Microsoft Agent Framework",
        "github.com/cloudwego/eino": "Eino",
        "google.golang.org/adk": "Google ADK",
        "github.com/tmc/langchaingo": "LangChainGo",
    }
)
"""Likewise by what stands in an import of Java, C# or Go."""
_LANGUAGES: Final = MappingProxyType(
    {
        **dict.fromkeys((".py", ".ipynb"), _PYTHON),
        **dict.fromkeys((".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts"), _SCRIPT),
        **dict.fromkeys((".java", ".kt", ".cs", ".go"), _OTHER),
    }
)
_TESTS: Final = re.compile(r"(?:test_.*|.*_test|.*[.-](?:test|spec)|conftest)\.\w+")
_IMPORT: Final = re.compile(
    r"^[\s\"]*(?:from|import)[ \t]+([\w.]+)|\bfrom\s*[\"']([^\"'\n]+)[\"']"
    r"|\b(?:require|import)\s*\(?\s*[\"']([^\"'\n]+)[\"']|^\s*using\s+([\w.]+)"
    r"|^\s*(?:\w+\s+)?\"([\w./-]+)\"\s*$",
    re.MULTILINE,
)
"""What a line of source code imports: of Python, JavaScript, Java, C# and Go."""
_BY_HAND: Final = re.compile(r"\.(?:chat\.completions|messages|responses)\.create\(")
_TOOLS: Final = re.compile(r"\btools\s*[=:,]")


def seems_named(source: str) -> str:
    """The product of which a file looks like an agent, by its name; empty: it does not."""
    path = PurePosixPath("/", source)
    found = (what for pattern, what in _NAMES.items() if path.match(pattern))
    is_told = any(path.match(each) for each in _INSTRUCTIONS)
    return next(found, INSTRUCTIONS if is_told else "")


def is_source(name: str) -> bool:
    """Whether a file is source code whose imports can be looked at, and no test, by its name."""
    return PurePosixPath(name).suffix in _LANGUAGES and not _TESTS.fullmatch(name)


def seeming_in(files: Sequence[tuple[Path, str]], stop: Stop) -> Iterator[tuple[str, str]]:
    """The files of source code that import a framework of agents, and which.

    Args:
        files: where each lies, and what it is called; the first ones are looked at.
        stop: says when the time is up.
    """
    for path, source in files[:FILE_LIMIT]:
        if stop():
            return
        try:
            with path.open("rb") as file:
                text = file.read(_LOOKED_AT).decode("utf-8", "replace")
        except OSError:
            continue
        what = _imported(text, PurePosixPath(source).suffix)
        if what:
            yield source, what


def _imported(text: str, suffix: str) -> str:
    """The framework that source code imports, or that it gives a model tools by hand; empty: neither."""
    known = _LANGUAGES[suffix]
    for found in _IMPORT.finditer(text):
        parts = re.split(r"(?=[./])", next(filter(None, found.groups()), ""))
        names = ("".join(parts[:count]) for count in range(len(parts), 0, -1))
        what = next((known[each] for each in names if each in known), "")
        if what:
            return what
    return "a model with tools" if _BY_HAND.search(text) and _TOOLS.search(text) else ""
