"""The naive plan: every set tried, what the page says holds of measures, and single clauses of the text."""

from itertools import combinations
from random import Random

import pytest

from meshmodel.model import records as r
from meshmodel.model.validation import check_snapshot
from tests.reference.builders import key
from tests.reference.mesh import closure
from tests.reference.plan import Plans, falling, preference
from tests.reference.plan_shapes import plan_model
from tests.reference.random_models import snapshot_of
from tests.rows import all_rows

ZONES = (r.Zone("here"), r.Zone("there"))


def plans(*records):
    return Plans(snapshot_of([*ZONES, *records]))


def bot(name="bot", kind="ai-agent", **more):
    return r.Agent(name, home="here", kind=kind, **more)


def place(name, zone="here", **more):
    return r.System(name, zone=zone, **more)


def some(plan, rng, share=0.4):
    return {each for each in plan.measures if rng.random() < share}


@all_rows("seed", range(30))
def test_measures_only_shrink_what_is_open_and_lose_nothing_that_is_needed(seed):
    plan, rng = Plans(plan_model(seed, 2 + seed % 3)), Random(seed)
    chosen = some(plan, rng)
    check_snapshot(plan.applied(chosen))
    further = plan.open_after(chosen | some(plan, rng))
    assert all(less <= more for less, more in zip(further, plan.open_after(chosen), strict=True))
    after = Plans(plan.applied(chosen))
    after.mesh = plan.after(chosen).mesh
    for agent, accesses, _ in plan.needs:
        assert accesses <= closure(after.steps_for(agent), {("agent", agent)})


def with_few_measures(number):
    found = (Plans(plan_model(seed, 2)) for seed in range(10_000))
    few = (plan for plan in found if 3 <= len(plan.measures) <= 8 and any(plan.open_after(())))
    return [next(few) for _ in range(number)]


def test_the_search_finds_what_trying_every_set_finds():
    for whole in with_few_measures(6):
        rng = Random(len(whole.measures))
        compare_with_every_set(whole)
        compare_with_every_set(Plans(whole.s, barred=some(whole, rng)))


def compare_with_every_set(plan):
    least = plan.open_after(plan.measures)
    sizes = range(len(plan.measures) + 1)
    sets = [frozenset(chosen) for size in sizes for chosen in combinations(plan.measures, size)]
    for left in {least, (*least[:3], least[3] + 1), least[:2]}:
        closing = [chosen for chosen in sets if plan.open_after(chosen)[: len(left)] <= left]
        assert plan.best(left) == min(map(plan.judged, closing), key=preference)
    points = {}
    for chosen in sets:
        a_day, still = plan.cost(chosen)[0], plan.open_after(chosen)
        points[a_day] = min(still, points.get(a_day, still))
    assert plan.trade_off() == falling(points)


def test_the_random_models_hold_what_they_are_for():
    found = [Plans(plan_model(seed, 2 + seed % 3)) for seed in range(120)]
    drops = {each[1] for plan in found for each in plan.measures if each[0] == "drop"}
    assert drops == {"hold", "pass", "grant", "custody", "exchange", "only"}
    limited = [plan for plan in found if any(each[0] == "limit" for each in plan.measures)]
    routed = {step.kind for plan in found for route in plan.all_routes for step in route.steps}
    assert len(limited) > 10
    assert routed >= {"delegation", "custody", "exchange", "trigger", "hearing", "implies"}


def kinds_of(plan, measure):
    return {each[1:] for each in plan.measures if each[0] == measure}


def steps_to(plan, system, action="read", agent="bot"):
    route = plan.route(agent, ("access", system, action))
    return [(step.kind, *step.key) for step in route.steps]


def test_what_an_intent_covers_and_where_it_comes_from_is_needed():
    home = r.Intent("bot", "crm", ("admin",), ("home", "mail", "web"), 5)
    plan = plans(
        place("crm"),
        place("mail"),
        place("web"),
        bot(),
        home,
        *key("bot", "k", crm="read write", mail="admin"),
    )
    assert plan.needed() == [
        {"agent": "bot", "system": "crm", "actions": ["read", "write"]},
        {"agent": "bot", "system": "mail", "actions": ["read"]},
    ]
    assert plan.price(("ask", "hold", "bot", "k")) == plan.price(("ask", "grant", "k", "mail")) == 5


def test_without_an_intent_all_is_needed_that_it_does_itself_and_does_not_steal():
    records = (place("a"), place("b"), bot(), bot("other"), *key("bot", "k", a="read write"))
    stolen = (*key("other", "lying", b="read"), r.Custody("a", "lying"))
    plan = plans(*records, *stolen, r.Intent("other", "b", ("read",)))
    assert [(each["agent"], each["system"]) for each in plan.needed()] == [("bot", "a"), ("other", "b")]
    assert plan.price(("ask", "hold", "bot", "k")) == 2
    assert ("custody", "a", "lying", None) in kinds_of(plan, "drop")


def test_a_route_goes_by_what_is_issued_before_what_lies_in_a_store():
    keys = [record for name in ("login", "lying", "issued") for record in (r.Credential(name),)]
    plan = plans(
        *(place(name) for name in ("desk", "disk", "crm", "hop")),
        *keys,
        bot(),
        r.Hold("bot", "login"),
        r.Grant("login", "disk", ("read",)),
        r.Grant("login", "hop", ("issue",)),
        r.Custody("disk", "lying"),
        r.Custody("hop", "issued", "issues"),
        r.Credential("last"),
        r.Exchange("issued", "last"),
        r.Grant("last", "crm", ("read",)),
        r.Grant("lying", "crm", ("read",)),
        r.Intent("bot", "crm", ("read",)),
    )
    assert ("exchange", "issued", "last") in steps_to(plan, "crm")
    assert ("custody", "disk", "lying", None) in kinds_of(plan, "drop")


@pytest.mark.parametrize(("kind", "can_be_asked"), [("api-key", False), ("x509-svid", True), (None, True)])
def test_nobody_can_be_asked_where_a_key_is_simply_presented(kind, can_be_asked):
    plan = plans(
        place("crm"), bot(), r.Credential("k", kind=kind), r.Hold("bot", "k"), r.Grant("k", "crm", ("read",))
    )
    assert (("hold", "bot", "k") in kinds_of(plan, "ask")) == can_be_asked
    assert ("grant", "k", "crm") in kinds_of(plan, "ask")


def test_what_an_intent_may_be_approved_by_is_not_dropped():
    records = (
        place("crm"),
        bot(),
        r.Credential("by"),
        r.Hold("bot", "by"),
        *key("bot", "k", crm="write"),
        r.Exchange("by", "k"),
    )
    taken = {("hold", "bot", "by", None), ("exchange", "by", "k", None)}
    asked_for = r.Intent("bot", "crm", ("write",))
    assert not taken & kinds_of(plans(*records, asked_for), "drop")
    assert taken <= kinds_of(plans(*records, r.Intent("bot", "crm", ("read",))), "drop")


def test_what_is_left_of_an_admin_grant_has_the_checkpoint_of_admin():
    decision = r.Checkpoint("asked", "policy-decision", "grant", "k", "crm", ("admin",), decided_at="desk")
    plan = plans(
        place("crm"),
        place("desk"),
        bot(),
        *key("bot", "k", crm="admin"),
        decision,
        r.Intent("bot", "crm", ("read",)),
    )
    dropped = {each[3] for each in kinds_of(plan, "drop") if each[0] == "grant"}
    assert dropped == {"write", "execute", "issue", "admin"}
    after = plan.applied([("drop", "grant", "k", "crm", "write"), ("drop", "grant", "k", "crm", "issue")])
    assert after.grant["k", "crm"].actions == ("read", "execute")
    assert after.checkpoint["asked"].actions is None
    assert not plan.after([("drop", "grant", "k", "crm", "write")]).unchecked({("agent", "bot")})[0] & {
        ("access", "crm", x) for x in ("read", "execute", "issue")
    }


def served(*more, returns="words", kind="service", intended=("read",)):
    """A bot set to work a server that reads and writes there by a key of its own."""
    return plans(
        place("crm"),
        bot(),
        bot("server", kind),
        r.Delegation("bot", "server", returns=returns),
        r.Intent("bot", "crm", intended),
        r.Intent("server", "crm", ("read", "write")),
        *key("server", "k", crm="read write"),
        *more,
    )


def test_a_limit_is_what_is_routed_through_it():
    assert served().only_of(("bot", "server")) == ("crm:read",)
    assert served(intended=("read", "write")).only_of(("bot", "server")) == ("crm:read", "crm:write")
    unneeded = (served(intended=("issue",)), served(kind="ai-agent"), served(kind="person"))
    assert not any(plan.only_of(("bot", "server")) for plan in unneeded)
    assert not served(returns="values", intended=("write",)).only_of(("bot", "server"))


def test_a_limit_is_not_to_be_had_where_others_pass_what_is_used():
    passed = (r.Credential("p"), r.Delegation("boss", "server", ("p",)), bot("boss", "service"))
    plan = served(place("web"), *passed, r.Grant("p", "web", ("read",)), r.Intent("bot", "web", ("read",)))
    assert steps_to(plan, "web")[1] == ("hold", "server", "p")
    assert not plan.only_of(("bot", "server"))


def test_at_a_trigger_as_many_decide_as_the_agent_is_used_for():
    plan = plans(
        place("queue"),
        place("crm"),
        bot(),
        bot("worker", "service"),
        *key("bot", "k", queue="write"),
        *key("worker", "w", crm="write"),
        r.Trigger("queue", "worker"),
        r.Intent("bot", "queue", ("write",), per_day=2),
        r.Intent("worker", "crm", ("write",), per_day=30),
    )
    assert plan.price(("ask", "trigger", "queue", "worker")) == 30
    assert plan.price(("ask", "grant", "k", "queue")) == 2


def test_what_is_heard_on_a_route_must_be_read():
    plan = plans(
        place("board", untrusted_input=True),
        place("crm"),
        bot(kind="service"),
        bot("listener"),
        *key("bot", "k", board="write"),
        *key("listener", "ear", board="read write"),
        *key("listener", "l", crm="write"),
        r.Intent("bot", "crm", ("write",)),
        r.Intent("listener", "crm", ("write",)),
    )
    assert ("hearing", "board", "listener") in steps_to(plan, "crm", "write")
    assert not {("hold", "listener", "ear", None), ("grant", "ear", "board", "read")} & kinds_of(plan, "drop")
    assert ("grant", "ear", "board", "write") in kinds_of(plan, "drop")


def limited(only, *more, intended=(), granted="read write"):
    """A bot whose server may do so much for it, in another zone."""
    return plans(
        place("crm", "there"),
        place("web", "there"),
        bot(),
        bot("server", "service"),
        r.Delegation("bot", "server", only=only),
        *(r.Intent("bot", system, actions) for system, actions in intended),
        r.Intent("server", "web", ("write",)),
        *key("server", "k", crm=granted, web="read write"),
        *more,
    )


def entries(plan):
    return {to for relation, _, to, _ in kinds_of(plan, "drop") if relation == "only"}


def test_of_an_only_goes_what_no_route_uses_and_no_intent_covers():
    both = ("crm:read", "crm:write", "web:read")
    assert entries(limited(both, intended=[("crm", ("read",))])) == {"crm:write", "web:read"}
    assert entries(limited((*both, "crm:admin"), intended=[("crm", ("read",))])) == {"crm:write", "web:read"}
    meant = r.Intent("bot", "web", ("execute",), ("crm",))
    assert entries(limited(both, meant)) == {"crm:write", "web:read"}
    assert entries(limited(both)) == {"crm:read", "crm:write"}  # the last stays
    assert entries(limited(both, r.Agent("server", home="here"))) == set()  # it does not count
    plan = limited(both, intended=[("crm", ("read",))])
    after = plan.applied([("drop", "only", "bot>server", "crm:write", None)])
    assert after.delegation["bot", "server"].only == ("crm:read", "web:read")


def test_the_same_work_is_counted_once():
    records = [
        place("crm"),
        bot(),
        bot("worker"),
        r.Delegation("bot", "worker"),
        *key("worker", "k", crm="write"),
        r.Intent("bot", "crm", ("write",), per_day=3),
        r.Intent("worker", "crm", ("write",), per_day=40),
    ]
    assert plans(*records).price(("ask", "grant", "k", "crm")) == 3
    alone = [each for each in records if each != r.Delegation("bot", "worker")]
    assert plans(*alone).price(("ask", "grant", "k", "crm")) == 40


def test_what_is_not_said_is_not_known():
    plan = plans(
        place("crm"),
        bot(),
        bot("other"),
        *key("bot", "k", crm="write"),
        r.Intent("bot", "crm", ("write",)),
        r.Hold("other", "k"),
        r.Intent("other", "crm", ("write",), per_day=2),
    )
    assert plan.price(("ask", "grant", "k", "crm")) == 3
    assert plan.unknown([("ask", "grant", "k", "crm")]) == [("bot", "crm")]
    assert plan.unknown([("ask", "hold", "other", "k")]) == []


def test_who_loses_the_last_grant_is_dearer_than_many_drops():
    plan = plans(place("crm"), place("web"), bot(), *key("bot", "k", crm="read write", web="read"))
    crm = [("drop", "grant", "k", "crm", x) for x in ("read", "write")]
    assert plan.cost(crm) == (0, 0, 0, 2)
    assert plan.cost([*crm, ("drop", "grant", "k", "web", "read")]) == (0, 0, 1, 3)


def test_the_completion_ends_what_nobody_needs():
    plan = plans(
        place("crm", audit="identity"),
        place("web"),
        bot(),
        *key("bot", "k", crm="read", web="read write"),
        r.Intent("bot", "crm", ("read",)),
        r.Credential("old", lifetime="1h"),
        r.Custody("crm", "old"),
        r.Custody("web", "old"),
    )
    assert plan.best().measures == ()
    completion = plan.completion(())
    assert ("drop", "custody", "web", "old", None) in completion
    ended = plan.grave(()) - plan.grave(completion)
    assert {rule for rule, _ in ended} == {"copied-secret", "secret-at-rest"}


def test_an_alternative_needs_the_word_of_somebody():
    records = [
        place("web", untrusted_input=True),
        place("queue"),
        place("crm", "there", integrity="critical"),
        bot("feed", "workflow"),
        *key("feed", "pipe", web="read", queue="write"),
        bot(),
        *key("bot", "k", queue="read", crm="write"),
        r.Intent("bot", "crm", ("write",), ("queue", "home"), 9),
        r.Intent("feed", "queue", ("write",), ("web",), 30),
    ]
    plan = plans(*records)
    assert plan.best().cost == (9, 1, 0, 0)
    assert [(change, plan.cost) for change, plan in plan.alternatives()] == [
        (("typed", "queue"), (0, 0, 0, 0)),
    ]
    assert plan.trade_off() == [(0, (1, 2, 0, 0)), (9, (0, 0, 0, 0))]
    assert plan.best((0, 0)).cost == (9, 1, 0, 0)
