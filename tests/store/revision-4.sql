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
INSERT INTO "checkpoint" VALUES('start','human-approval','trigger','tickets','bot',NULL,'per-action','enforced',NULL,NULL,NULL,NULL);
INSERT INTO "checkpoint" VALUES('late','human-approval','trigger','files','helper',NULL,'per-action','enforced',NULL,NULL,NULL,NULL);
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
INSERT INTO "delegation" VALUES('bot','helper','["role", "token"]','["files:read", "tickets:write"]','values');
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
INSERT INTO "imported" VALUES(1,NULL,'f.json','mcp','','','checkpoint','"words"','{"id":"words","kind":"human-approval","step":"trigger","from":"files","to":"bot","freshness":"per-action","state":"enforced","approvers":["anna","bert"],"rate":3}');
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
INSERT INTO "journal" VALUES(1,'2026-11-30T18:42:11.991+00:00','draw the trigger','e50140ca4b17da5e',0,1,'e50140ca4b17da5e');
INSERT INTO "journal" VALUES(2,'2026-11-30T18:42:12.071+00:00','judge the helper','e50140ca4b17da5e',0,2,'e50140ca4b17da5e');
INSERT INTO "journal" VALUES(3,'2026-11-30T18:42:12.112+00:00','delete the trigger','e50140ca4b17da5e',0,3,'e50140ca4b17da5e');
INSERT INTO "journal" VALUES(4,'2026-11-30T18:42:12.170+00:00','start the helper','e50140ca4b17da5e',1,5,'e50140ca4b17da5e');
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
INSERT INTO "journal_change" VALUES(1,0,'trigger','["files","bot"]',NULL,'{"system":"files","agent":"bot"}');
INSERT INTO "journal_change" VALUES(2,0,'system','"chat"','{"id":"chat","kind":"messaging","sensitivity":"public","untrusted_input":false,"typed":false,"exposed_requests":false,"partitioned":false}','{"id":"chat","kind":"messaging","sensitivity":"public","untrusted_input":false,"typed":false,"partitioned":false}');
INSERT INTO "journal_change" VALUES(2,1,'checkpoint','"late"',NULL,'{"id":"late","kind":"human-approval","step":"trigger","from":"files","to":"helper","freshness":"per-action","state":"enforced"}');
INSERT INTO "journal_change" VALUES(3,0,'trigger','["files","bot"]','{"system":"files","agent":"bot"}',NULL);
INSERT INTO "journal_change" VALUES(3,1,'checkpoint','"words"','{"id":"words","kind":"human-approval","step":"trigger","from":"files","to":"bot","freshness":"per-action","state":"enforced","approvers":["anna","bert"],"rate":3}',NULL);
INSERT INTO "journal_change" VALUES(4,0,'trigger','["files","helper"]',NULL,'{"system":"files","agent":"helper"}');
INSERT INTO "journal_change" VALUES(4,1,'checkpoint','"late"','{"id":"late","kind":"human-approval","step":"trigger","from":"files","to":"helper","freshness":"per-action","state":"enforced"}','{"id":"late","kind":"human-approval","step":"trigger","from":"files","to":"helper","freshness":"per-action","state":"planned"}');
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
INSERT INTO "note" VALUES('owner','system:files','question','Who owns the – 票 files?','anna','done','2027-03-01','infra/main.tf:12');
INSERT INTO "note" VALUES('scope',NULL,'note','Drawn for the review.',NULL,'open',NULL,NULL);
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
INSERT INTO "system" VALUES('tickets','Tickets – 票','saas','helpdesk',NULL,'high',1,0,NULL,1,NULL,0,NULL,NULL,NULL,'[2, -1]');
INSERT INTO "system" VALUES('files',NULL,'database','storage','confidential',NULL,0,0,1,NULL,'identity',1,NULL,'me',NULL,NULL);
INSERT INTO "system" VALUES('sts',NULL,'token-service',NULL,NULL,NULL,0,1,NULL,NULL,NULL,0,'Other Inc.',NULL,NULL,NULL);
INSERT INTO "system" VALUES('chat',NULL,'messaging',NULL,'public',NULL,0,0,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL);
INSERT INTO "system" VALUES('site',NULL,'saas',NULL,'internal',NULL,0,0,NULL,1,NULL,0,NULL,NULL,NULL,NULL);
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
