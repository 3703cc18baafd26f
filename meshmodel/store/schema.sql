-- Written by `python -m meshmodel.store.migrations`, not by hand.

CREATE TABLE about (
    "row" INTEGER NOT NULL,
    name VARCHAR,
    description VARCHAR,
    PRIMARY KEY ("row")
);

CREATE TABLE acceptance (
    rule VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    "by" VARCHAR NOT NULL,
    until DATE NOT NULL,
    severity VARCHAR,
    agents JSON,
    actions JSON,
    PRIMARY KEY (rule, subject)
);

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    PRIMARY KEY (version_num)
);

CREATE TABLE credential (
    id VARCHAR NOT NULL,
    name VARCHAR,
    kind VARCHAR,
    identity VARCHAR,
    subject VARCHAR NOT NULL,
    on_behalf_of VARCHAR,
    binding VARCHAR NOT NULL,
    lifetime VARCHAR,
    audience JSON,
    attested BOOLEAN NOT NULL,
    owner VARCHAR,
    known_as JSON,
    status VARCHAR NOT NULL,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id)
);

CREATE TABLE drawn_order (
    number INTEGER NOT NULL,
    entries TEXT NOT NULL,
    PRIMARY KEY (number)
);

CREATE TABLE guided_round (
    number INTEGER NOT NULL,
    began INTEGER NOT NULL,
    over BOOLEAN NOT NULL,
    PRIMARY KEY (number)
);

CREATE TABLE journal (
    number INTEGER NOT NULL,
    time VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    state INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    last_by VARCHAR,
    person VARCHAR,
    PRIMARY KEY (number)
);

CREATE UNIQUE INDEX journal_by_revision ON journal (touched);

CREATE INDEX journal_by_state ON journal (state, number);

CREATE TABLE note (
    id VARCHAR NOT NULL,
    about VARCHAR,
    kind VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    owner VARCHAR,
    state VARCHAR NOT NULL,
    due DATE,
    source VARCHAR,
    PRIMARY KEY (id)
);

CREATE TABLE program (
    id VARCHAR NOT NULL,
    machine VARCHAR NOT NULL,
    process INTEGER NOT NULL,
    started VARCHAR NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE zone (
    id VARCHAR NOT NULL,
    name VARCHAR,
    environment VARCHAR,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id)
);

CREATE TABLE imported (
    number INTEGER NOT NULL,
    entry INTEGER,
    source VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    stable_key VARCHAR NOT NULL,
    record_table VARCHAR NOT NULL,
    record_key VARCHAR NOT NULL,
    record TEXT,
    PRIMARY KEY (number),
    FOREIGN KEY(entry) REFERENCES journal (number) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE journal_change (
    entry INTEGER NOT NULL,
    position INTEGER NOT NULL,
    record_table VARCHAR NOT NULL,
    record_key VARCHAR NOT NULL,
    "before" TEXT,
    "after" TEXT,
    PRIMARY KEY (entry, position),
    FOREIGN KEY(entry) REFERENCES journal (number) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE system (
    id VARCHAR NOT NULL,
    name VARCHAR,
    kind VARCHAR,
    zone VARCHAR,
    sensitivity VARCHAR,
    integrity VARCHAR,
    untrusted_input BOOLEAN NOT NULL,
    typed BOOLEAN NOT NULL,
    exposed BOOLEAN,
    exposed_requests BOOLEAN,
    audit VARCHAR,
    partitioned BOOLEAN NOT NULL,
    vendor VARCHAR,
    owner VARCHAR,
    known_as JSON,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(zone) REFERENCES zone (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE agent (
    id VARCHAR NOT NULL,
    name VARCHAR,
    kind VARCHAR,
    home VARCHAR,
    runs_on VARCHAR,
    steerable BOOLEAN,
    vendor VARCHAR,
    owner VARCHAR,
    known_as JSON,
    status VARCHAR NOT NULL,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(home) REFERENCES zone (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(runs_on) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE checkpoint (
    id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    step VARCHAR NOT NULL,
    "from" VARCHAR NOT NULL,
    "to" VARCHAR NOT NULL,
    actions JSON,
    freshness VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    decided_at VARCHAR,
    approvers JSON,
    rate INTEGER,
    description VARCHAR,
    PRIMARY KEY (id),
    FOREIGN KEY(decided_at) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE custody (
    system VARCHAR NOT NULL,
    credential VARCHAR NOT NULL,
    how VARCHAR NOT NULL,
    "by" JSON,
    PRIMARY KEY (system, credential),
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(credential) REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE exchange (
    "from" VARCHAR NOT NULL,
    "to" VARCHAR NOT NULL,
    at VARCHAR,
    semantics VARCHAR,
    pinned BOOLEAN NOT NULL,
    PRIMARY KEY ("from", "to"),
    FOREIGN KEY("from") REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY("to") REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(at) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE grant (
    credential VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    actions JSON NOT NULL,
    scope VARCHAR,
    honoured_as VARCHAR,
    entitled JSON,
    PRIMARY KEY (credential, system),
    FOREIGN KEY(credential) REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE delegation (
    "from" VARCHAR NOT NULL,
    "to" VARCHAR NOT NULL,
    passes JSON,
    only JSON,
    returns VARCHAR NOT NULL,
    PRIMARY KEY ("from", "to"),
    FOREIGN KEY("from") REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY("to") REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE hold (
    agent VARCHAR NOT NULL,
    credential VARCHAR NOT NULL,
    PRIMARY KEY (agent, credential),
    FOREIGN KEY(agent) REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(credential) REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE intent (
    agent VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    actions JSON NOT NULL,
    "from" JSON,
    per_day FLOAT,
    PRIMARY KEY (agent, system),
    FOREIGN KEY(agent) REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE "trigger" (
    system VARCHAR NOT NULL,
    agent VARCHAR NOT NULL,
    PRIMARY KEY (system, agent),
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(agent) REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED
);
