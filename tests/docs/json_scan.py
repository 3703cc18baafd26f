"""What each key of the answer of ``scan --json`` holds, and a folder whose answer has them all."""

from typing import Final

SCAN: Final = (
    ("format", "string", "meshmodel-scan/1"),
    ("folder", "string", "what was looked at"),
    ("complete", "boolean", "whether all that was recognised was read; else the status is 2"),
    ("files", "integer", "how many files there are"),
    ("read", "list of objects", "the files that were read"),
    ("read[].file", "string", "its path from the folder, or from that of the model that is kept"),
    ("read[].form", "string", "what it was read as"),
    ("not_read", "list of objects", "files that were recognised, and folders, that could not be read"),
    ("not_read[].file", "string", "its path"),
    ("not_read[].why", "string", "why not, and what to do"),
    ("examples", "integer", "files of tests, examples, templates and documentation that were left out"),
    ("switched_off", "integer", "servers that the files themselves switch off, and that are not drawn"),
    ("idle", "integer", "workflows below folders that are no repositories: GitHub runs none of them"),
    ("look_like_agents", "list of objects", "files that look like agents and that no form reads"),
    ("look_like_agents[].file", "string", "its path"),
    ("look_like_agents[].of", "string", "the product or framework that it is of"),
    ("not_opened", "list of strings", "files that hold secrets: that they exist is all that is known"),
    ("late", "integer", "how many were left out, since a limit of time or number was reached"),
    ("agents", "list of objects", "the agents that decide by themselves, those alike together"),
    ("agents[].agents", "list of strings", "their ids"),
    ("agents[].reads", "list of strings", "titles of systems; ⚑: outsiders write there"),
    ("agents[].changes", "list of strings", "likewise, where they write, administer or are given keys"),
    ("agents[].runs", "list of strings", "likewise, where they only run things"),
    ("agents[].identities", "list of strings", "the identities as which it acts"),
    ("agents[].assumed", "list of strings", "which of its agents and identities no file states"),
    (
        "agents[].asks",
        "string",
        "asks, asks for some of it, does not ask, or not said; `(assumed)`: by default; empty: only reads",
    ),
    (
        "agents[].asks_before",
        "list of strings",
        "where they do not ask otherwise, or only read, those of the systems before which they ask",
    ),
    ("others", "string", "how many programs act by themselves and are no agents; empty: none"),
    ("worst", "object or null", "the worst path; null where there is none"),
    ("worst.agent", "string", "who"),
    ("worst.source", "string or null", "from where; null: home"),
    ("worst.system", "string", "to where"),
    ("worst.action", "string", "what it does there"),
    ("worst.severity", "string", "of the path"),
    ("worst.credential", "string", "with which it does so"),
    ("worst.others", "list of strings", "further agents with such a path from there"),
    ("worst.sentences", "list of strings", "the path, step by step"),
    (
        "worst.assumed",
        "list of strings",
        "what no file states: agent, source (its sensitivity), credential, system (by a name)",
    ),
    ("worst.asked", "string", "why no checkpoint decides"),
    ("worst.after", "string", "what comes before that outsiders cannot do, such as a member who starts it"),
    ("why", "string", "why it counts"),
    ("questions", "list of objects", "up to three, whose answers change the worst path most"),
    ("questions[].about", "string", "kind:id"),
    ("questions[].text", "string", "the question"),
    ("questions[].answer", "string", "the answer that changes most; empty where none was tried"),
    ("questions[].effect", "string", "what it changes in missing checkpoints"),
    ("lines", "list of strings", "all of it as the command prints it"),
)

_WORKFLOW: Final = """\
on: issues
permissions: {contents: write, issues: write}
jobs:
  triage:
    runs-on: ubuntu-latest
    steps:
      - uses: anthropics/claude-code-action@v1
        with:
          anthropic_api_key: ${{ secrets.ANTHROPIC_API_KEY }}
          github_token: ${{ secrets.GITHUB_TOKEN }}
          allowed_non_write_users: "*"
          claude_args: --allowedTools "Bash(gh issue edit:*),Bash(git push:*)"
          prompt: ${{ github.event.issue.body }}
"""
FOLDER: Final = {
    "shop/.github/workflows/triage.yml": _WORKFLOW,
    "shop/.github/workflows/broken.yml": "on: [push\n",
    "shop/.env": "TOKEN=\n",
    "shop/bot.py": "import langgraph\n",
}
"""The files of a folder, by name."""
