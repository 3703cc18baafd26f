"""What a client asks before what, as a test says it in words."""

FILES, SHELL, WEB, SEARCH = "files-of-the-project", "commands-on-the-workstation", "web", "web-search"
REMOTE = "repositories-that-the-working-copy-of-the-project-is-pushed-to"
PUSHES = {(REMOTE, "read"): "allowed", (REMOTE, "write"): "allowed"}
"""What any command may do besides: git is where there is a project."""
_WORDS = {
    ("human-approval", "per-action", "enforced"): "asked",
    ("human-approval", "per-session", "enforced"): "session",
    ("human-approval", "cached", "enforced"): "once",
    ("policy-decision", "per-action", "advisory"): "judged",
}


def word(checkpoint):
    """The word for what a checkpoint asks."""
    return _WORDS[checkpoint.kind, checkpoint.freshness, checkpoint.state]


def asking(model, *, of="account"):
    """What is asked before each access of the credentials whose ids begin so, by system and action."""
    found = {
        (system, action): "allowed"
        for (credential, system), grant in model.grant.items()
        if credential.startswith(of)
        for action in grant.actions
    }
    for each in model.checkpoint.values():
        if each.step == "grant" and each.from_.startswith(of):
            for action in each.actions or model.grant[each.from_, each.to].actions:
                found[each.to, action] = word(each)
    return found


def before_servers(model):
    """The words for what is asked before tools of each server, on its delegation or on what it reaches."""
    found = {to: set() for _, to in model.delegation}
    for each in model.checkpoint.values():
        if each.step == "delegation":
            found[each.to].add(word(each))
        elif not each.from_.startswith("account"):
            found.setdefault(each.to, set()).update((word(each), *(each.actions or ())))
    return found


def asked_about(model, kind="question"):
    """The texts of the questions, or of other notes, as one."""
    return "\n".join(each.text for each in model.note.values() if each.kind == kind)
