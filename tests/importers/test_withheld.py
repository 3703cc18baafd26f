"""Secrets in foreign files: found where tools keep them, and in nothing that an import gives."""

import base64
import json

from meshmodel.importers.answers import import_answer, import_text, ledger_lines, ledger_text
from meshmodel.importers.document import Node
from meshmodel.importers.importing import prepare
from meshmodel.importers.meanings import in_arguments, in_url, meaning_of
from meshmodel.importers.proposal import clean_text
from meshmodel.importers.withheld import is_reference, names_secret, shows_secret
from meshmodel.interchange import write_text
from meshmodel.model.records import Snapshot
from meshmodel.model.secret_pattern import RANDOM, fake
from meshmodel.store.store import Store
from tests.rows import all_rows
from tests.store.sample import imported_in

TOKEN = fake("ghp", "_", RANDOM[:36])


@all_rows(
    "name",
    [
        "GITHUB_TOKEN",
        "apiKey",
        "X-Api-Key",
        "DB_PASSWORD",
        "clientSecret",
        "Authorization",
        "SSH_PRIVATE_KEY",
        "PAT",
    ],
)
def test_a_name_that_says_secret(name):
    assert names_secret(name)


@all_rows(
    "name",
    [
        "PATH",
        "MAX_TOKENS",
        "KEYBOARD",
        "AWS_ACCESS_KEY_ID",
        "TOKEN_URL",
        "PUBLIC_KEY",
        "REGION",
        "author",
        "key_file",
    ],
)
def test_a_name_that_does_not(name):
    assert not names_secret(name)


@all_rows(
    ("meaning", "names"),
    [
        (
            "secret",
            ("GITHUB_TOKEN apiToken DB_PASSWORD CLIENT_SECRET GH_PAT SESSION_COOKIE GOOGLE_CREDENTIALS "
            "Authorization X-API-Key SSH_PRIVATE_KEY accessKey storage.account.key WEBHOOK_KEY APIKEY "
            "GHTOKEN BOT_TOKEN_2 SERVICE_ROLE_KEY GEMINI_API_KEY REFRESH_TOKENS"),
        ),
        (
            "public",
            "STRIPE_PUBLIC_KEY PUBLISHABLE_KEY SUPABASE_ANON_KEY RECAPTCHA_SITE_KEY NEXT_PUBLIC_API_TOKEN",
        ),
        (
            "setting",
            ("TOKEN_URL AWS_ACCESS_KEY_ID API_KEY_FILE SECRET_NAME KEY_TYPE MAX_TOKENS num-tokens "
            "thinkingTokens CACHE_KEY sort-key partitionKey IDEMPOTENCY_KEYS TOKEN_SYMBOL AUTH_ENABLED "
            "AUTH_VIEWER_ROLE SECRETS_REPOSITORY AUTH_REPO TOKEN_BUCKET "
            "API_KEY_HEADER AUTH_REGION TOKENIZERS_PARALLELISM token_format"),
        ),
        ("unclear", "KEY MAP_KEY auth PROXY_AUTH LICENSE_KEY KEYS STATION_KEY"),
    ],
)  # fmt: skip
def test_the_last_words_of_a_name_say_whether_a_credential_is_drawn(meaning, names):
    assert {each: meaning_of(each) for each in names.split()} == dict.fromkeys(names.split(), meaning)


@all_rows(
    ("value", "stands_for_it"),
    [
        ("${TOKEN}", True),
        ("$TOKEN", True),
        ("Bearer ${env:TOKEN}", True),
        ("${{ secrets.TOKEN }}", True),
        ("%TOKEN%", True),
        ("<your token>", True),
        ("YOUR_API_KEY", True),
        ("your_service_key_here", True),
        ("${TOKEN:-hunter2}", False),
        ("hunter2", False),
        ("Bearer hunter2", False),
        ("a ${TOKEN} b", False),
    ],
)
def test_a_value_that_only_stands_for_the_secret(value, stands_for_it):
    assert is_reference(value) is stands_for_it


@all_rows(
    ("value", "is_one"),
    [
        (TOKEN, True),
        (base64.b64encode(TOKEN.encode()).decode(), True),
        (TOKEN.replace("_", "%5F"), True),
        (f"TOKEN=${{TOKEN:-{TOKEN}}}", True),
        (f"x ${{{TOKEN}}}", True),
        ("TOKEN=${input:tracker-token}", False),
        ("a word", False),
        ("aGVsbG8gd29ybGQ=", False),
        ("", False),
    ],
)
def test_a_value_that_looks_like_a_secret(value, is_one):
    assert shows_secret(value) is is_one


@all_rows(
    ("arguments", "found"),
    [
        (["-e", "NAME=value"], []),
        (["-e", "TOKEN=hunter2"], [("TOKEN", True)]),
        (["-e", "TOKEN"], [("TOKEN", False)]),
        (["-e", f"NAME={TOKEN}"], [("NAME", True)]),
        (["--env=TOKEN=hunter2"], [("TOKEN", True)]),
        (["--api-key", "hunter2"], [("api-key", True)]),
        (["--api-key=hunter2"], [("api-key", True)]),
        (["--api-key", "${KEY}"], [("api-key", False)]),
        (["--header", "Authorization: Bearer hunter2"], [("Authorization", True)]),
        (["--header", "Accept: json"], []),
        (["--token", "--verbose"], []),
        ([TOKEN], [("argument", True)]),
        (["https://example.com/mcp?token=hunter2"], [("token", True)]),
        (["run", "--rm", "image"], []),
    ],
)
def test_secrets_among_arguments(arguments, found):
    nodes = [Node(each) for each in arguments]
    assert [(each.name, each.literal) for each in in_arguments(nodes)] == found


@all_rows(
    ("url", "found"),
    [
        ("https://user:hunter2@example.com/", [("password", True)]),
        ("https://user:${PASSWORD}@example.com/", [("password", False)]),
        ("https://example.com/?api_key=hunter2&page=1", [("api_key", True)]),
        (f"https://example.com/hooks/{TOKEN}/in", [("path", True)]),
        ("https://example.com/a/b?page=1", []),
        ("https://[", []),
        ("", []),
    ],
)
def test_secrets_in_addresses(url, found):
    assert [(each.name, each.literal) for each in in_url(Node(url))] == found


SECRETS = {
    "low": "hunter2-low-entropy",
    "token": TOKEN,
    "encoded": base64.b64encode(TOKEN.encode()).decode(),
    "hex": "9f86d081884c7d659a2feaa0c55ad015",
}


def planted(secret):
    """A configuration with a secret wherever one can stand; in a path only one that looks like one."""
    path = "mcp" if secret == SECRETS["low"] else secret
    return {
        "inputs": [{"id": "x", "password": True, "default": secret}],
        "mcpServers": {
            "a": {
                "command": "docker",
                "args": ["run", "-e", f"TOKEN={secret}", f"--token={secret}", "image"],
            },
            "b": {"command": "b", "args": ["--password", secret], "env": {"B_SECRET": secret}},
            "c": {
                "url": f"https://u:{secret}@example.com/{path}/?token={secret}",
                "headers": {"Authorization": f"Bearer {secret}", "X-Api-Key": secret},
                "oauth": {"clientSecret": secret},
            },
            "d": {"command": "d", "unknown": {"deep": [secret]}, "description": secret},
        },
    }


def planted_in_settings(secret):
    """Settings of Claude Code with a secret wherever one can stand; as a name where it looks like one."""
    name = "plain" if secret == SECRETS["low"] else secret
    header = f'curl -H "Authorization: Bearer {secret}"'
    hook = {"type": "command", "command": f"{header} https://example.com", "prompt": secret, "url": ""}
    return {
        "permissions": {
            "allow": [f"Bash({header} *)", f"mcp__{name}__{name}", f"WebFetch(domain:{name})", f"{name}(x)"],
            "deny": [f"Read(//{secret}/**)"],
            "ask": [f"Bash(TOKEN={secret} x)"],
            "additionalDirectories": [f"/srv/{name}"],
            "defaultMode": name,
        },
        "hooks": {"PreToolUse": [{"matcher": secret, "hooks": [hook]}], name: [{"hooks": [hook]}]},
        "env": {"A_TOKEN": secret, name: "x", "OTHER": f"https://u:{secret}@example.com/?token={secret}"},
        "apiKeyHelper": f"echo {secret}",
        "statusLine": {"command": f"echo {secret}"},
        "enabledPlugins": {f"{name}@market": True},
        "extraKnownMarketplaces": {name: {"source": {"url": f"https://example.com/?token={secret}"}}},
        "sandbox": {"enabled": True, "network": {"allowedDomains": [name]}, "excludedCommands": [secret]},
        "mcpServers": {name: {"command": "x", "args": ["--token", secret], "env": {"B_SECRET": secret}}},
        "model": secret,
        "unknown": {"deep": [secret]},
    }


def planted_in_agent(secret):
    name = "plain" if secret == SECRETS["low"] else secret
    tools = f"Read, Bash(TOKEN={secret} x), mcp__{name}__x"
    head = {"name": name, "tools": tools, "description": secret, "model": secret, "other": [secret]}
    return f"---\n{json.dumps(head, indent=1)}\n---\n\n{secret}\n"


def planted_as_names(secret):
    content = planted(secret)
    if secret != SECRETS["low"]:  # as names too, where they look like what they are
        content["mcpServers"][secret] = {"command": "e", "tools": [secret], "env": {secret: "x"}}
    return content


def planted_in_codex(secret):
    """Settings of Codex with a secret wherever one can stand; as a name where it looks like one."""
    name = "plain" if secret == SECRETS["low"] else secret
    return f"""
approval_policy = "{name}"
sandbox_workspace_write.writable_roots = ["/srv/{name}"]
notify = ["notify", "{secret}"]
shell_environment_policy.set = {{ SHELL_TOKEN = "{secret}" }}
model_providers.own = {{ experimental_bearer_token = "{secret}", http_headers = {{ X-Key = "{secret}" }} }}
otel.exporter.otlp-http.headers.Authorization = "Bearer {secret}"
unknown.deep = ["{secret}"]
permissions."{name}".network.domains = {{ "{name}" = "allow" }}
projects."/srv/{name}".trust_level = "trusted"
agents."{name}".description = "{secret}"
[mcp_servers.a]
command = "docker"
args = ["run", "-e", "TOKEN={secret}", "--token={secret}", "image"]
env = {{ A_SECRET = "{secret}" }}
env_vars = ["{name}"]
enabled_tools = ["{name}"]
disabled_tools = ["{name}"]
tools."{name}".approval_mode = "approve"
[mcp_servers.b]
url = "https://u:{secret}@example.com/{name}/?token={secret}"
http_headers = {{ Authorization = "Bearer {secret}" }}
bearer_token = "{secret}"
bearer_token_env_var = "{name}"
[mcp_servers."{name}"]
command = "{name}"
[[hooks.PreToolUse]]
matcher = "{name}"
hooks = [{{ type = "command", command = "check --password {secret}", statusMessage = "{secret}" }}]
"""


def planted_in_opencode(secret):
    """Settings of opencode with a secret wherever one can stand; as a name where it looks like one."""
    name = "plain" if secret == SECRETS["low"] else secret
    return {
        "permission": {
            "bash": {f"curl -H 'Authorization: Bearer {secret}' *": "allow", "*": "ask"},
            "webfetch": {"*": "deny", f"https://u:{secret}@example.com/?token={secret}": "allow"},
            "external_directory": {f"/srv/{name}": "allow"},
            f"{name}_x": "allow",
            name: name,
        },
        "tools": {name: False},
        "mcp": {
            "a": {"type": "local", "command": ["a", "--token", secret], "environment": {"A_TOKEN": secret}},
            "b": {
                "type": "remote",
                "url": f"https://u:{secret}@example.com/{name}/?token={secret}",
                "headers": {"Authorization": f"Bearer {secret}"},
                "oauth": {"clientSecret": secret},
            },
            name: {"type": "local", "command": [name]},
        },
        "agent": {name: {"description": secret, "prompt": secret, "tools": {name: True}, "model": secret}},
        "lsp": {name: {"command": ["x", f"--password={secret}"], "env": {"X_TOKEN": secret}}},
        "plugin": [f"{name}@1", f"https://u:{secret}@example.com/plug"],
        "provider": {"own": {"options": {"apiKey": secret, "headers": {"X-Api-Key": secret}}}},
        "instructions": [secret],
        "unknown": {"deep": [secret]},
    }


def planted_in_gemini(secret):
    """Settings of Gemini CLI with a secret wherever one can stand; as a name where it looks like one."""
    name = "plain" if secret == SECRETS["low"] else secret
    return {
        "general": {"defaultApprovalMode": name, "preferredEditor": secret},
        "tools": {
            "allowed": [f"run_shell_command(curl -H 'Authorization: Bearer {secret}')", name],
            "core": [name, "run_shell_command"],
            "exclude": [name],
            "sandboxAllowedPaths": [f"/srv/{name}"],
            "callCommand": f"call --password {secret}",
        },
        "mcpServers": {
            "a": {"command": "a", "args": ["--token", secret], "env": {"A_TOKEN": secret}, "trust": True},
            "b": {
                "httpUrl": f"https://u:{secret}@example.com/{name}/?token={secret}",
                "headers": {"Authorization": f"Bearer {secret}"},
                "targetServiceAccount": name,
                "oauth": {"clientSecret": secret},
            },
            name: {"command": name, "includeTools": [name]},
        },
        "mcp": {"allowed": ["a", "b", name]},
        "hooks": {"BeforeTool": [{"matcher": name, "hooks": [{"type": "command", "command": secret}]}]},
        "telemetry": {"otlpEndpoint": f"https://u:{secret}@example.com", "apiKey": secret},
        "context": {"fileName": [secret]},
        "unknown": {"deep": [secret]},
    }


def planted_in_extension(secret):
    name = "plain" if secret == SECRETS["low"] else secret
    server = {"command": "x", "args": ["--token", secret, f"TOKEN={secret}", f"--key={secret}"]}
    more = {"env": {"B_SECRET": secret}, "headers": {"X-Api-Key": secret, "Authorization": secret}}
    return {
        "name": name,
        "description": secret,
        "excludeTools": [f"run_shell_command(curl {secret})"],
        "settings": [{"name": secret, "envVar": name, "sensitive": True}],
        "mcpServers": {name: {**server, **more, "oauth": {"clientSecret": secret}}, "y": {**server, **more}},
        "themes": [{"name": secret}],
    }


PLANTED = {
    ".mcp.json": planted_as_names,
    ".claude/settings.json": planted_in_settings,
    ".claude/agents/x.md": planted_in_agent,
    ".codex/config.toml": planted_in_codex,
    "opencode.json": planted_in_opencode,
    ".gemini/settings.json": planted_in_gemini,
    "gemini-extension.json": planted_in_extension,
}


@all_rows("name", PLANTED)
@all_rows("secret", SECRETS.values())
def test_a_planted_secret_is_in_nothing_that_an_import_gives(secret, name, tmp_path):
    content = PLANTED[name](secret)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    path.write_text(text, encoding="utf-8")
    done = prepare([path], tmp_path, Snapshot(), [])
    said = [
        write_text(done.after),
        ledger_text(done.rows),
        ledger_lines(done.rows),
        json.dumps(import_answer(done, applied=True)),
        import_text(done, "m", "done"),
        repr(done.imported),
        done.edit.label,
    ]
    with Store.create(tmp_path / "m.mesh") as store:
        store.apply(done.edit, imported=done.imported)
        kept = repr(store.imported())
    with Store.open(tmp_path / "m.mesh") as store:
        assert repr(store.imported()) == kept
    stored = (tmp_path / "m.mesh").read_bytes()
    for each in (secret, secret.lower(), secret.upper()):
        assert [text for text in said if each in text] == []
        assert each.encode() not in stored
    withheld = sum(row.verdict == "secret withheld" for row in done.rows)
    assert withheld >= (8 if name == ".mcp.json" else secret != SECRETS["low"])


UUIDS = "7a0f3c1e-5b2d-4e6f-8a9b-0c1d2e3f4a5b"
CAPABILITIES = {
    "uuid": UUIDS,
    "base64": "c2VjcmV0LWNhcGFiaWxpdHktOTk4OA==",
    "mixed": RANDOM[:21],
    "hex": "9f86d081884c7d659a2feaa0",
}


@all_rows("part", CAPABILITIES.values())
def test_a_long_random_part_of_an_address_is_a_secret(part):
    for url in (
        f"https://h.example.com/s/{part}",
        f"https://h.example.com/mcp?x={part}",
        f"https://h.example.com/#{part}",
    ):
        (found,) = in_url(Node(url))
        assert found.literal
        assert shows_secret(url)
        assert shows_secret(f"see {url} for more")
        assert [each.name for each in in_arguments([Node("-y"), Node(url)])] == [found.name]
    assert [each.name for each in in_url(Node(f"https://{part}@h.example.com/"))] == ["user"]


@all_rows(
    "part",
    [
        "model-context-protocol-2025-06-18",
        "k8s-prometheus-operator-0.1.2",
        "com.googleapis.us-east1-docker.pkg.dev",
        "claude-3-5-sonnet-20241022-v2",
        "SupportAgentReadsTicketsOfTheHelpdesk",
        "12345678901234567890123",
        "a1b2c3d4e5",
    ],
)
def test_plain_words_with_numbers_are_no_secret_part(part):
    url = f"https://h.example.com/s/{part}?x={part}"
    assert not shows_secret(url)
    assert not [*in_url(Node(url))]


@all_rows("part", CAPABILITIES.values())
def test_of_a_capability_url_the_host_and_the_plain_words_stay(part, tmp_path):
    url = f"https://hooks.example.com/s/{part}/in?x={part}"
    content = {
        "mcpServers": {
            "a": {"url": url, "description": f"as {url} says"},
            "b": {"command": "npx", "args": ["mcp-remote", url], "env": {"WHERE": url}},
            url: {"command": url},
        }
    }
    path = tmp_path / ".mcp.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    done = prepare([path], tmp_path, Snapshot(), [])
    said = [
        ledger_text(done.rows),
        json.dumps(import_answer(done, applied=True)),
        import_text(done, "m", "done"),
    ]
    Store.create(tmp_path / "m.mesh", done.after, done.imported).close()
    stored = (tmp_path / "m.mesh").read_bytes()
    kept = part.rstrip("=")
    assert [text for text in said if kept in text] == []
    assert kept.encode() not in stored
    assert b"hooks.example.com" in stored
    again = prepare([path], tmp_path, done.after, imported_in(tmp_path / "m.mesh"))
    assert (again.outcomes, again.edit.changes) == ((), ())


def test_a_secret_at_the_end_of_what_is_kept_of_a_text_is_hidden_whole():
    assert clean_text(f"{'word ' * 38}{TOKEN}", 200) == f"{'word ' * 38}(hidden)"
