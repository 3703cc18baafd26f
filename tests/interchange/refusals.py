"""Every refusal of section 10 as a table: what is added to a valid model, and what must be said of it."""

BASE = """format = "meshmodel/1"
name = "m"

[[zone]]
id = "z1"
[[zone]]
id = "z2"

[[system]]
id = "s1"
zone = "z1"
[[system]]
id = "s2"

[[agent]]
id = "a1"
runs_on = "s1"
[[agent]]
id = "a2"

[[credential]]
id = "c1"
[[credential]]
id = "c2"

[[hold]]
agent = "a1"
credential = "c1"
[[grant]]
credential = "c1"
system = "s1"
actions = ["read"]
"""
NEXT = BASE.count("\n") + 1
"""The line of what a test adds."""

CHECKPOINT = '[[checkpoint]]\nid = "k"\nkind = "policy-decision"\n'
ACCEPTANCE = '[[acceptance]]\nrule = "r"\nsubject = "s"\nreason = "because"\nby = "me"\n'

DELEGATION = "[[delegation]]\nfrom = 'a1'\nto = 'a2'\n"
NOTE = "[[note]]\nid = 'n'\n"

# What is added to the base, the line of it that is named (None: none), and the words that must be there.
REFUSED = {
    "unknown table": ("[[zones]]\nid = 'x'", 1, ["unknown table", '"zones"', 'did you mean "zone"']),
    "unknown key": ("[[agent]]\nid = 'x'\ncolour = 'red'", 3, ['agent "x"', "unknown key", '"colour"']),
    "unknown key, near": ("[[agent]]\nid = 'x'\nowners = 'me'", 3, ['did you mean "owner"']),
    "unknown subtable": (
        "[[agent]]\nid = 'x'\n[agent.more]\ny = 1",
        3,
        ['agent "x"', "unknown key", '"more"'],
    ),
    "one table": ("[trigger]\nsystem = 's1'", 1, ["trigger", "no array of tables", "[[trigger]]"]),
    "a value for a table": ("[[agent]]\nid = 'x'\nid_ = 1\n", 3, ["unknown key"]),
    "text for a flag": (
        "[[agent]]\nid = 'x'\nsteerable = 'yes'",
        3,
        ['"steerable"', "true or false is wanted"],
    ),
    "number for text": (
        "[[agent]]\nid = 'x'\nname = 5",
        3,
        ['"name"', "is a whole number", "text is wanted"],
    ),
    "flag for a number": (
        CHECKPOINT + "step = 'hold'\nfrom = 'a1'\nto = 'c1'\nrate = true",
        7,
        ['checkpoint "k"', '"rate"', "is true or false", "a whole number is wanted"],
    ),
    "fraction": (
        CHECKPOINT + "step = 'hold'\nfrom = 'a1'\nto = 'c1'\nrate = 1.5",
        7,
        ['"rate"', "is a number with a fraction"],
    ),
    "not a number": (
        CHECKPOINT + "step = 'hold'\nfrom = 'a1'\nto = 'c1'\nrate = nan",
        7,
        ['"rate"', "fraction"],
    ),
    "negative rate": (CHECKPOINT + "step = 'hold'\nfrom = 'a1'\nto = 'c1'\nrate = -1", 7, ["out of range"]),
    "huge rate": (
        CHECKPOINT + f"step = 'hold'\nfrom = 'a1'\nto = 'c1'\nrate = {10**30}",
        7,
        ["out of range"],
    ),
    **{
        f"{value} a day": (
            f"[[intent]]\nagent = 'a1'\nsystem = 's1'\nactions = ['read']\nper_day = {value}",
            5,
            ['intent "a1" > "s1"', '"per_day"', *said],
        )
        for value, said in (
            ("0", ["out of range: above 0"]),
            ("-2.5", ["out of range"]),
            ("nan", ["out of range"]),
            ("inf", ["out of range", "1,000,000,000"]),
            ("true", ["is true or false", "a number above 0 is wanted"]),
            ("'3'", ["is text", "a number above 0 is wanted"]),
            ("[3]", ["is a list"]),
            (str(10**30), ["out of range"]),
        )
    },
    "no element, hearing": (CHECKPOINT + "step = 'hearing'\nfrom = 's1'\nto = 'a9'", 6, ["no agent", '"a9"']),
    "actions on hearing": (
        CHECKPOINT + "step = 'hearing'\nfrom = 's1'\nto = 'a2'\nactions = ['write']",
        7,
        ['"actions"', "no meaning on a hearing step"],
    ),
    "endless number": (f"[[agent]]\nid = 'x'\nat = [1, {'9' * 6000}]", 3, ["number", "out of range"]),
    "huge slot": ("[[agent]]\nid = 'x'\nat = [1, 10000]", 3, ['"at"', "out of range"]),
    "short slot": ("[[agent]]\nid = 'x'\nat = [1]", 3, ['"at"', "[column, order]"]),
    "slot of fractions": ("[[agent]]\nid = 'x'\nat = [1, 2.0]", 3, ['"at"', "two whole numbers"]),
    "zone off its lane": ("[[zone]]\nid = 'x'\nat = [2, 2]", 3, ['zone "x"', '"at"', "[0, order]"]),
    "slot on a relation": (
        "[[trigger]]\nsystem = 's1'\nagent = 'a1'\nat = [1, 2]",
        4,
        ["unknown key", '"at"'],
    ),
    "table for text": ("[[agent]]\nid = 'x'\nname = { a = 1 }", 3, ['"name"', "is a table"]),
    "text for a list": (
        "[[grant]]\ncredential = 'c2'\nsystem = 's1'\nactions = 'read'",
        4,
        ["a list is wanted"],
    ),
    "list in a list": ("[[grant]]\ncredential = 'c2'\nsystem = 's1'\nactions = [['read']]", 4, ["is a list"]),
    "missing end": ("[[hold]]\nagent = 'a2'", 1, ["hold number 2", '"credential" is missing']),
    "missing id": ("[[agent]]\nname = 'x'", 1, ["agent number 3", '"id" is missing']),
    "missing actions": (
        "[[grant]]\ncredential = 'c2'\nsystem = 's1'",
        1,
        ['"c2" > "s1"', '"actions" is missing'],
    ),
    "missing kind": (
        "[[checkpoint]]\nid = 'k'\nstep = 'hold'\nfrom = 'a1'\nto = 'c1'",
        1,
        ['"kind" is missing'],
    ),
    "missing reason": (
        ACCEPTANCE.replace('reason = "because"\n', ""),
        1,
        ['acceptance "r" > "s"', '"reason"'],
    ),
    "missing until": (ACCEPTANCE, 1, ['acceptance "r" > "s"', '"until" is missing']),
    "same id twice": ("[[agent]]\nname = 'x'\nid = 'a1'", 3, ['agent "a1"', "is there twice"]),
    "same ends twice": (
        "[[hold]]\ncredential = 'c1'\nagent = 'a1'",
        1,
        ['hold "a1" > "c1"', "is there twice"],
    ),
    "an action twice": (
        "[[grant]]\ncredential = 'c2'\nsystem = 's1'\nactions = ['read', 'read']",
        4,
        ['"actions"', 'names "read" twice'],
    ),
    "no such agent": ("[[hold]]\nagent = 'a9'\ncredential = 'c1'", 2, ['"agent"', 'no agent "a9"']),
    "an end of another kind": ("[[hold]]\nagent = 's1'\ncredential = 'c1'", 2, ['no agent "s1"']),
    "no such zone": ("[[system]]\nid = 'x'\nzone = 'z9'", 3, ['system "x"', '"zone"', 'no zone "z9"']),
    "no such home": ("[[agent]]\nid = 'x'\nhome = 's1'", 3, ['"home"', 'no zone "s1"']),
    "no such host": ("[[agent]]\nid = 'x'\nruns_on = 's9'", 3, ['"runs_on"', 'no system "s9"']),
    "no such audience": (
        "[[credential]]\nid = 'x'\naudience = ['s1', 's9']",
        3,
        ['"audience"', 'no system "s9"'],
    ),
    "no such passed": ("[[delegation]]\nfrom = 'a1'\nto = 'a2'\npasses = ['c9']", 4, ['"passes"', '"c9"']),
    "no such issuer": ("[[exchange]]\nfrom = 'c1'\nto = 'c2'\nat = 's9'", 4, ['"at"', 'no system "s9"']),
    "no such source": (
        "[[intent]]\nagent = 'a1'\nsystem = 's1'\nactions = ['read']\nfrom = ['home', 's9']",
        5,
        ['intent "a1" > "s1"', '"from"', 'no system "s9"'],
    ),
    "no such decider": (
        CHECKPOINT + "step = 'hold'\nfrom = 'a1'\nto = 'c1'\ndecided_at = 's9'",
        7,
        ['"decided_at"', 'no system "s9"'],
    ),
    "no relation, hold": (
        CHECKPOINT + "step = 'hold'\nfrom = 'a2'\nto = 'c1'",
        4,
        ["no hold", '"a2"', '"c1"'],
    ),
    "no relation, grant": (CHECKPOINT + "step = 'grant'\nfrom = 'c2'\nto = 's1'", 4, ["no grant from"]),
    "no relation, custody": (CHECKPOINT + "step = 'custody'\nfrom = 's1'\nto = 'c1'", 4, ["no custody"]),
    "no relation, exchange": (CHECKPOINT + "step = 'exchange'\nfrom = 'c1'\nto = 'c2'", 4, ["no exchange"]),
    "no relation, delegation": (
        CHECKPOINT + "step = 'delegation'\nfrom = 'a1'\nto = 'a2'",
        4,
        ["no delegation"],
    ),
    "no relation, hosting": (CHECKPOINT + "step = 'hosting'\nfrom = 's1'\nto = 'a2'", 4, ["no hosting"]),
    "no element, trigger": (
        CHECKPOINT + "step = 'trigger'\nfrom = 's9'\nto = 'a2'",
        5,
        ["no system", '"s9"'],
    ),
    "no element, boundary": (
        CHECKPOINT + "step = 'boundary'\nfrom = 'z1'\nto = 'z9'",
        6,
        ["no zone", '"z9"'],
    ),
    "boundary at a system of a zone": (
        CHECKPOINT + "step = 'boundary'\nfrom = 'z2'\nto = 'system:s1'",
        6,
        ['system "s1"', 'is in zone "z1"', "name the zone"],
    ),
    "boundary at no system": (
        CHECKPOINT + "step = 'boundary'\nfrom = 'z2'\nto = 'system:s9'",
        6,
        ['no system "s9"'],
    ),
    "boundary to itself": (CHECKPOINT + "step = 'boundary'\nfrom = 'z2'\nto = 'z2'", 6, ['"z2" to itself']),
    "exchange with itself": ("[[exchange]]\nfrom = 'c1'\nto = 'c1'", 3, ['"to"', 'joins "c1" to itself']),
    "delegation to itself": ("[[delegation]]\nfrom = 'a1'\nto = 'a1'", 3, ['"to"', 'joins "a1" to itself']),
    "actions on a hold": (
        CHECKPOINT + "step = 'hold'\nfrom = 'a1'\nto = 'c1'\nactions = ['read']",
        7,
        ['"actions"', "no meaning on a hold step"],
    ),
    "empty actions": ("[[grant]]\ncredential = 'c2'\nsystem = 's1'\nactions = []", 4, ["empty list"]),
    "empty audience": ("[[credential]]\nid = 'x'\naudience = []", 3, ['"audience"', "empty list"]),
    "empty names": ("[[system]]\nid = 'x'\nknown_as = []", 3, ['"known_as"', "empty list"]),
    "no list of names": ("[[agent]]\nid = 'x'\nknown_as = 'bot'", 3, ['"known_as"', "a list is wanted"]),
    "one name twice": ("[[agent]]\nid = 'x'\nknown_as = ['bot', 'bot']", 3, ['"known_as"', "twice"]),
    "names of a zone": ("[[zone]]\nid = 'x'\nknown_as = ['bot']", 3, ["unknown key", '"known_as"']),
    "empty approvers": (
        CHECKPOINT + "step = 'hold'\nfrom = 'a1'\nto = 'c1'\napprovers = []",
        7,
        ["empty list"],
    ),
    "unknown action": (
        "[[grant]]\ncredential = 'c2'\nsystem = 's1'\nactions = ['fly']",
        4,
        ['"fly"', "none of read"],
    ),
    "unknown sensitivity": (
        "[[system]]\nid = 'x'\nsensitivity = 'Secret'",
        3,
        ['"Secret" is none of public'],
    ),
    "unknown audit": (
        "[[system]]\nid = 'x'\naudit = 'all'",
        3,
        ['"audit"', '"all" is none of none, identity'],
    ),
    "unknown binding": ("[[credential]]\nid = 'x'\nbinding = 'tls'", 3, ['"tls" is none of bearer']),
    "unknown subject": ("[[credential]]\nid = 'x'\nsubject = 'robot'", 3, ['"robot" is none of workload']),
    "status of another kind": (
        "[[agent]]\nid = 'x'\nstatus = 'revoked'",
        3,
        ['"revoked" is none of active, retired'],
    ),
    "unknown step": (
        CHECKPOINT + "step = 'implies'\nfrom = 'a1'\nto = 'c1'",
        4,
        ['"step"', '"implies" is none of'],
    ),
    "unknown decision": ("[[checkpoint]]\nid = 'k'\nkind = 'hope'", 3, ['"kind"', '"hope" is none of']),
    "unknown freshness": (
        CHECKPOINT + "freshness = 'old'",
        4,
        ['"freshness"', '"old" is none of per-action'],
    ),
    "unknown state": (CHECKPOINT + "state = 'on'", 4, ['"state"', '"on" is none of enforced']),
    "unknown how": (
        "[[custody]]\nsystem = 's1'\ncredential = 'c1'\nhow = 'has'",
        4,
        ['"has" is none of stores'],
    ),
    "unknown semantics": (
        "[[exchange]]\nfrom = 'c1'\nto = 'c2'\nsemantics = 'x'",
        4,
        ['"semantics"', "none of"],
    ),
    "unknown honouring": (
        "[[grant]]\ncredential = 'c2'\nsystem = 's1'\nactions = ['read']\nhonoured_as = 'x'",
        5,
        ['"honoured_as"', "none of principal, delegate"],
    ),
    "unknown severity": (ACCEPTANCE + "severity = 'huge'", 6, ['"severity"', '"huge" is none of low']),
    "unknown integrity": ("[[system]]\nid = 'x'\nintegrity = 'huge'", 3, ['"huge" is none of low, medium']),
    "text for typed": ("[[system]]\nid = 'x'\ntyped = 'yes'", 3, ['"typed"', "true or false is wanted"]),
    "number for exposed requests": (
        "[[system]]\nid = 'x'\nexposed_requests = 1",
        3,
        ['system "x"', '"exposed_requests"', "true or false is wanted"],
    ),
    "only without an action": (
        DELEGATION + "only = ['s1']",
        4,
        ['delegation "a1" > "a2"', '"only"', '"s1" is no system:action'],
    ),
    "only with an unknown action": (DELEGATION + "only = ['s1:fly']", 4, ['"s1:fly" is no system:action']),
    "only of an agent": (DELEGATION + "only = ['s1:read', 'a1:read']", 4, ['"only"', 'no system "a1"']),
    "only of no system": (DELEGATION + "only = ['s9:read']", 4, ['"only"', 'there is no system "s9"']),
    "only of something that is not an id": (DELEGATION + "only = ['S1:read']", 4, ['"S1:read" is no']),
    "only as text": (DELEGATION + "only = 's1:read'", 4, ['"only"', "a list is wanted"]),
    "only of numbers": (DELEGATION + "only = [1]", 4, ['"only"', "like tickets:read"]),
    "empty only": (DELEGATION + "only = []", 4, ['"only"', "empty list"]),
    "only twice the same": (DELEGATION + "only = ['s1:read', 's1:read']", 4, ['names "s1:read" twice']),
    "unknown returns": (DELEGATION + "returns = 'nothing'", 4, ['"nothing" is none of words, values']),
    "note without text": (NOTE, 1, ['note "n"', '"text" is missing']),
    "note without id": ("[[note]]\ntext = 'x'", 1, ["note number 1", '"id" is missing']),
    "note twice": (
        NOTE + "text = 'x'\n" + NOTE + "text = 'y'",
        5,
        ['note "n"', '"id"', "is there twice"],
    ),
    "note about nothing there": (
        NOTE + "text = 'x'\nabout = 'agent:a9'",
        4,
        ['note "n"', '"about"', 'there is no agent "a9"'],
    ),
    "note about one of another kind": (NOTE + "text = 'x'\nabout = 'zone:s1'", 4, ['no zone "s1"']),
    "note about an id alone": (NOTE + "text = 'x'\nabout = 'a1'", 4, ['"about"', '"a1" is no element']),
    "note about a relation": (NOTE + "text = 'x'\nabout = 'hold:a1'", 4, ['"hold:a1" is no element']),
    "note about a number": (NOTE + "text = 'x'\nabout = 1", 4, ['"about"', "like system:tickets"]),
    "unknown kind of note": (
        NOTE + "text = 'x'\nkind = 'rumour'",
        4,
        ['"rumour" is none of note, assumption'],
    ),
    "unknown state of a note": (NOTE + "text = 'x'\nstate = 'shut'", 4, ['"shut" is none of open, done']),
    "due as text": (NOTE + "text = 'x'\ndue = '2027-01-01'", 4, ['note "n"', '"due"', "is text", "a date"]),
    "due with a time": (NOTE + "text = 'x'\ndue = 2027-01-01T10:00:00", 4, ['"due"', "a date or time"]),
    "note of two lines": (NOTE + 'text = "a\\nb"', 3, ['"text"', "a line break"]),
    "a secret in a note": (
        NOTE + "text = 'it is ghp_16C7e42F292c6912E7710c838347Ae178B4a'",
        3,
        ['note "n"', '"text"', "secret"],
    ),
    "zero lifetime": ("[[credential]]\nid = 'x'\nlifetime = '0d'", 3, ['"0d" is no lifetime']),
    "lifetime without unit": (
        "[[credential]]\nid = 'x'\nlifetime = '90'",
        3,
        ['"90" is no lifetime', "like 15m"],
    ),
    "lifetime in words": ("[[credential]]\nid = 'x'\nlifetime = '5 days'", 3, ["is no lifetime"]),
    "lifetime with a line feed": ('[[credential]]\nid = "x"\nlifetime = "5d\\n"', 3, ["is no lifetime"]),
    "lifetime of a number": ("[[credential]]\nid = 'x'\nlifetime = 90", 3, ["a lifetime like"]),
    "until as text": (ACCEPTANCE + "until = '2027-01-01'", 6, ['"until"', "is text", "a date"]),
    "until with a time": (ACCEPTANCE + "until = 2027-01-01T00:00:00Z", 6, ['"until"', "a date or time"]),
    "until that is no day": (ACCEPTANCE + "until = 2027-02-30", 6, ["is not TOML"]),
    "upper case id": ("[[agent]]\nid = 'Bot'", 2, ['"Bot" is not an id']),
    "long id": (f"[[agent]]\nid = '{'x' * 65}'", 2, ["is not an id"]),
    "empty id": ("[[agent]]\nid = ''", 2, ["agent number 3", '"" is not an id']),
    "id with a line feed": ('[[agent]]\nid = "a\\n"', 2, ["is not an id", "\\x0a"]),
    "id with a dash first": ("[[agent]]\nid = '-a'", 2, ['"-a" is not an id']),
    "id of other digits": ("[[agent]]\nid = 'a\u0663'", 2, ["is not an id"]),
    "empty name": ("[[agent]]\nid = 'x'\nname = ''", 3, ['"name"', "is empty"]),
    "blank vendor": ("[[agent]]\nid = 'x'\nvendor = '  '", 3, ['"vendor"', "is empty"]),
    "long name": (f"[[agent]]\nid = 'x'\nname = '{'n' * 201}'", 3, ["201 characters", "at most 200"]),
    "long description": (
        f"[[agent]]\nid = 'x'\ndescription = '{'n ' * 1001}'",
        3,
        ["2,002", "at most 2,000"],
    ),
    "name of two lines": ('[[agent]]\nid = "x"\nname = "a\\nb"', 3, ['"name"', "a line break"]),
    "description of two lines": ('[[agent]]\nid = "x"\ndescription = """a\nb"""', 3, ["a line break"]),
    "control character": ('[[agent]]\nid = "x"\nname = "a\\u001b[2J"', 3, ["a control character (U+001B)"]),
    "another control character": (
        '[[agent]]\nid = "x"\nname = "a\\u009bx"',
        3,
        ["a control character (U+009B)"],
    ),
    "direction override": ('[[agent]]\nid = "x"\nowner = "a\\u202eb"', 3, ["direction of writing (U+202E)"]),
    "direction isolate": ('[[agent]]\nid = "x"\nkind = "a\\u2066b"', 3, ["direction of writing (U+2066)"]),
    "line separator": ('[[zone]]\nid = "x"\nenvironment = "a\\u2028b"', 3, ["a line break (U+2028)"]),
    "noncharacter": ('[[zone]]\nid = "x"\nname = "a\\uffffb"', 3, ["noncharacter"]),
    "surrogate": ('[[zone]]\nid = "x"\nname = "a\\ud800b"', 3, ["is not TOML"]),
    "raw control character": ("[[zone]]\nid = 'x'\nname = 'a\x00b'", 3, ["is not TOML", "\\x00"]),
    "not TOML": ("[[zone]\nid = 'x'", 1, ["is not TOML"]),
    "a key twice": ("[[zone]]\nid = 'x'\nid = 'y'", 3, ["is not TOML"]),
    "an open text": ("[[zone]]\nid = 'x", 2, ["is not TOML"]),
    "deep lists": ("[[zone]]\nid = " + "[" * 50_000, None, ["nested too deep"]),
    "deep tables": ("[[zone]]\nid = " + "{a=" * 50_000, None, ["nested too deep"]),
    "deep keys": ("a." * 40_000 + "a = 1", 1, ["nested too deep"]),
    "deep keys in a table": ("x = {" + "a." * 40_000 + "a = 1}", 1, ["nested too deep"]),
}
