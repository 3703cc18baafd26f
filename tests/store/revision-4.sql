PRAGMA application_id = 1296388936;
PRAGMA user_version = 4;
BEGIN TRANSACTION;
CREATE TABLE about (
    "row" INTEGER NOT NULL,
    name VARCHAR,
    description VARCHAR,
    PRIMARY KEY ("row")
);
INSERT INTO "about" VALUES(1,'Support','Reads tickets, fetches files.');
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
INSERT INTO "acceptance" VALUES('toxic-flow','bot','known','anna','2027-02-28','high','["bot"]','["read"]');
CREATE TABLE agent (
    id VARCHAR NOT NULL,
    name VARCHAR,
    kind VARCHAR,
    home VARCHAR,
    runs_on VARCHAR,
    steerable BOOLEAN,
    vendor VARCHAR,
    owner VARCHAR,
    status VARCHAR NOT NULL,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(home) REFERENCES zone (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(runs_on) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "agent" VALUES('bot',NULL,'ai-agent','helpdesk','sts',0,'Other Inc.',NULL,'active',NULL,NULL);
INSERT INTO "agent" VALUES('helper','[b]helper[/b]',NULL,NULL,NULL,0,NULL,NULL,'retired','''); DROP TABLE agent; --',NULL);
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('4');
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
INSERT INTO "checkpoint" VALUES('ask','human-approval','grant','key','files','["read"]','per-action','enforced',NULL,'["anna", "bert"]',3,NULL);
INSERT INTO "checkpoint" VALUES('gate','policy-decision','boundary','helpdesk','system:sts',NULL,'per-action','enforced','sts',NULL,NULL,NULL);
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
    status VARCHAR NOT NULL,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id)
);
INSERT INTO "credential" VALUES('token',NULL,NULL,'svc-support','workload',NULL,'bearer','90d','["files", "tickets"]',1,NULL,'active',NULL,NULL);
INSERT INTO "credential" VALUES('key',NULL,'sas-token',NULL,'human','anna','dpop',NULL,NULL,0,NULL,'revoked',NULL,NULL);
INSERT INTO "credential" VALUES('role',NULL,NULL,NULL,'workload',NULL,'bearer',NULL,NULL,0,'ops','active',NULL,NULL);
CREATE TABLE custody (
    system VARCHAR NOT NULL,
    credential VARCHAR NOT NULL,
    how VARCHAR NOT NULL,
    "by" JSON,
    PRIMARY KEY (system, credential),
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(credential) REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "custody" VALUES('tickets','key','stores','["read", "execute"]');
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
INSERT INTO "delegation" VALUES('bot','helper','["role", "token"]',NULL,'words');
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
INSERT INTO "exchange" VALUES('token','role','sts','impersonation',0);
CREATE TABLE grant (
    credential VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    actions JSON NOT NULL,
    scope VARCHAR,
    honoured_as VARCHAR NOT NULL,
    entitled JSON,
    PRIMARY KEY (credential, system),
    FOREIGN KEY(credential) REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "grant" VALUES('token','tickets','["read", "write"]','all','delegate','["read"]');
INSERT INTO "grant" VALUES('key','files','["admin"]',NULL,'principal',NULL);
CREATE TABLE hold (
    agent VARCHAR NOT NULL,
    credential VARCHAR NOT NULL,
    PRIMARY KEY (agent, credential),
    FOREIGN KEY(agent) REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(credential) REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "hold" VALUES('bot','token');
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
CREATE TABLE intent (
    agent VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    actions JSON NOT NULL,
    "from" JSON,
    PRIMARY KEY (agent, system),
    FOREIGN KEY(agent) REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "intent" VALUES('bot','files','["read"]','["home", "tickets"]');
CREATE TABLE journal (
    number INTEGER NOT NULL,
    time VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    state INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    last_by VARCHAR,
    PRIMARY KEY (number)
);
INSERT INTO "journal" VALUES(1,'2026-11-30T18:23:40.075+00:00','name the files','d4140f7d1b0c403d',0,1,'d4140f7d1b0c403d');
INSERT INTO "journal" VALUES(2,'2026-11-30T18:23:40.138+00:00','a zone','d4140f7d1b0c403d',1,3,'d4140f7d1b0c403d');
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
INSERT INTO "journal_change" VALUES(1,0,'system','"files"','{"id":"files","zone":"storage","sensitivity":"confidential","untrusted_input":false,"typed":false,"audit":"identity","partitioned":true,"owner":"me"}','{"id":"files","name":"Files","zone":"storage","sensitivity":"confidential","untrusted_input":false,"typed":false,"audit":"identity","partitioned":true,"owner":"me"}');
INSERT INTO "journal_change" VALUES(2,0,'zone','"more"',NULL,'{"id":"more"}');
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
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(zone) REFERENCES zone (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "system" VALUES('tickets','Tickets – 票','saas','helpdesk',NULL,NULL,1,0,NULL,NULL,NULL,0,NULL,NULL,NULL,'[2, -1]');
INSERT INTO "system" VALUES('files','Files',NULL,'storage','confidential',NULL,0,0,NULL,NULL,'identity',1,NULL,'me',NULL,NULL);
INSERT INTO "system" VALUES('sts',NULL,'token-service',NULL,NULL,NULL,0,0,NULL,NULL,NULL,0,'Other Inc.',NULL,NULL,NULL);
CREATE TABLE "trigger" (
    system VARCHAR NOT NULL,
    agent VARCHAR NOT NULL,
    PRIMARY KEY (system, agent),
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(agent) REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "trigger" VALUES('tickets','bot');
CREATE TABLE zone (
    id VARCHAR NOT NULL,
    name VARCHAR,
    environment VARCHAR,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id)
);
INSERT INTO "zone" VALUES('helpdesk','Help desk','corporate',NULL,'[0, 1]');
INSERT INTO "zone" VALUES('storage',NULL,'made-up',NULL,NULL);
CREATE UNIQUE INDEX journal_by_revision ON journal (touched);
CREATE INDEX journal_by_state ON journal (state, number);
COMMIT;
