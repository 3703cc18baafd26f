PRAGMA application_id = 1296388936;
PRAGMA user_version = 2;
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
INSERT INTO "agent" VALUES('helper','[b]helper[/b]',NULL,NULL,NULL,NULL,NULL,NULL,'retired','''); DROP TABLE agent; --',NULL);
INSERT INTO "agent" VALUES('led',NULL,NULL,NULL,NULL,1,NULL,NULL,'active',NULL,NULL);
INSERT INTO "agent" VALUES('steered',NULL,'ai-agent',NULL,NULL,NULL,NULL,NULL,'active',NULL,NULL);
INSERT INTO "agent" VALUES('still',NULL,'workflow',NULL,NULL,NULL,NULL,NULL,'active',NULL,NULL);
INSERT INTO "agent" VALUES('worker',NULL,'made-up',NULL,NULL,NULL,NULL,NULL,'active',NULL,NULL);
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('2');
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
INSERT INTO "checkpoint" VALUES('gate','policy-decision','boundary','helpdesk','system:sts',NULL,'per-action','enforced','sts',NULL,NULL,NULL);
INSERT INTO "checkpoint" VALUES('ask','human-approval','grant','key','files','["read"]','per-action','enforced',NULL,'["anna", "bert"]',3,NULL);
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
INSERT INTO "credential" VALUES('key',NULL,'sas-token',NULL,'human','anna','dpop',NULL,NULL,0,NULL,'revoked',NULL,NULL);
INSERT INTO "credential" VALUES('role',NULL,NULL,NULL,'workload',NULL,'bearer',NULL,NULL,0,'ops','active',NULL,NULL);
INSERT INTO "credential" VALUES('token',NULL,NULL,'svc-support','workload',NULL,'bearer','90d','["files", "tickets"]',1,NULL,'active',NULL,NULL);
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
    PRIMARY KEY ("from", "to"),
    FOREIGN KEY("from") REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY("to") REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "delegation" VALUES('bot','helper','["role", "token"]');
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
INSERT INTO "journal" VALUES(1,'2026-01-01T00:00:00.000+00:00','sample','00c0ffee00c0ffee',0,1,'00c0ffee00c0ffee');
INSERT INTO "journal" VALUES(2,'2026-01-02T00:00:00.000+00:00','steered','00c0ffee00c0ffee',0,2,'00c0ffee00c0ffee');
INSERT INTO "journal" VALUES(3,'2026-01-03T00:00:00.000+00:00','what steered is','00c0ffee00c0ffee',0,3,'00c0ffee00c0ffee');
INSERT INTO "journal" VALUES(4,'2026-01-04T00:00:00.000+00:00','what still is','00c0ffee00c0ffee',0,4,'00c0ffee00c0ffee');
INSERT INTO "journal" VALUES(5,'2026-01-05T00:00:00.000+00:00','no help','00c0ffee00c0ffee',1,6,'00c0ffee00c0ffee');
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
INSERT INTO "journal_change" VALUES(1,0,'about','""','{}','{"name":"Support","description":"Reads tickets, fetches files."}');
INSERT INTO "journal_change" VALUES(1,1,'zone','"helpdesk"',NULL,'{"id":"helpdesk","name":"Help desk","environment":"corporate","at":[0,1]}');
INSERT INTO "journal_change" VALUES(1,2,'zone','"storage"',NULL,'{"id":"storage","environment":"made-up"}');
INSERT INTO "journal_change" VALUES(1,3,'system','"files"',NULL,'{"id":"files","zone":"storage","sensitivity":"confidential","untrusted_input":false,"audit":"identity","partitioned":true,"owner":"me"}');
INSERT INTO "journal_change" VALUES(1,4,'system','"sts"',NULL,'{"id":"sts","kind":"token-service","untrusted_input":false,"partitioned":false,"vendor":"Other Inc."}');
INSERT INTO "journal_change" VALUES(1,5,'system','"tickets"',NULL,'{"id":"tickets","name":"Tickets – 票","kind":"saas","zone":"helpdesk","untrusted_input":true,"partitioned":false,"at":[2,-1]}');
INSERT INTO "journal_change" VALUES(1,6,'agent','"bot"',NULL,'{"id":"bot","kind":"ai-agent","home":"helpdesk","runs_on":"sts","steerable":false,"vendor":"Other Inc.","status":"active"}');
INSERT INTO "journal_change" VALUES(1,7,'agent','"helper"',NULL,'{"id":"helper","name":"[b]helper[/b]","status":"retired","description":"''); DROP TABLE agent; --"}');
INSERT INTO "journal_change" VALUES(1,8,'credential','"key"',NULL,'{"id":"key","kind":"sas-token","subject":"human","on_behalf_of":"anna","binding":"dpop","attested":false,"status":"revoked"}');
INSERT INTO "journal_change" VALUES(1,9,'credential','"role"',NULL,'{"id":"role","subject":"workload","binding":"bearer","attested":false,"owner":"ops","status":"active"}');
INSERT INTO "journal_change" VALUES(1,10,'credential','"token"',NULL,'{"id":"token","identity":"svc-support","subject":"workload","binding":"bearer","lifetime":"90d","audience":["files","tickets"],"attested":true,"status":"active"}');
INSERT INTO "journal_change" VALUES(1,11,'hold','["bot","token"]',NULL,'{"agent":"bot","credential":"token"}');
INSERT INTO "journal_change" VALUES(1,12,'grant','["key","files"]',NULL,'{"credential":"key","system":"files","actions":["admin"],"honoured_as":"principal"}');
INSERT INTO "journal_change" VALUES(1,13,'grant','["token","tickets"]',NULL,'{"credential":"token","system":"tickets","actions":["read","write"],"scope":"all","honoured_as":"delegate","entitled":["read"]}');
INSERT INTO "journal_change" VALUES(1,14,'custody','["tickets","key"]',NULL,'{"system":"tickets","credential":"key","how":"stores","by":["read","execute"]}');
INSERT INTO "journal_change" VALUES(1,15,'exchange','["token","role"]',NULL,'{"from":"token","to":"role","at":"sts","semantics":"impersonation","pinned":false}');
INSERT INTO "journal_change" VALUES(1,16,'delegation','["bot","helper"]',NULL,'{"from":"bot","to":"helper","passes":["role","token"]}');
INSERT INTO "journal_change" VALUES(1,17,'trigger','["tickets","bot"]',NULL,'{"system":"tickets","agent":"bot"}');
INSERT INTO "journal_change" VALUES(1,18,'intent','["bot","files"]',NULL,'{"agent":"bot","system":"files","actions":["read"],"from":["home","tickets"]}');
INSERT INTO "journal_change" VALUES(1,19,'checkpoint','"ask"',NULL,'{"id":"ask","kind":"human-approval","step":"grant","from":"key","to":"files","actions":["read"],"freshness":"per-action","state":"enforced","approvers":["anna","bert"],"rate":3}');
INSERT INTO "journal_change" VALUES(1,20,'checkpoint','"gate"',NULL,'{"id":"gate","kind":"policy-decision","step":"boundary","from":"helpdesk","to":"system:sts","freshness":"per-action","state":"enforced","decided_at":"sts"}');
INSERT INTO "journal_change" VALUES(1,21,'acceptance','["toxic-flow","bot"]',NULL,'{"rule":"toxic-flow","subject":"bot","reason":"known","by":"anna","until":"2027-02-28","severity":"high","agents":["bot"],"actions":["read"]}');
INSERT INTO "journal_change" VALUES(2,0,'agent','"led"',NULL,'{"id":"led","steerable":true,"status":"active"}');
INSERT INTO "journal_change" VALUES(2,1,'agent','"steered"',NULL,'{"id":"steered","steerable":true,"status":"active"}');
INSERT INTO "journal_change" VALUES(2,2,'agent','"still"',NULL,'{"id":"still","status":"active"}');
INSERT INTO "journal_change" VALUES(2,3,'agent','"worker"',NULL,'{"id":"worker","kind":"made-up","status":"active"}');
INSERT INTO "journal_change" VALUES(3,0,'agent','"steered"','{"id":"steered","steerable":true,"status":"active"}','{"id":"steered","kind":"ai-agent","status":"active"}');
INSERT INTO "journal_change" VALUES(4,0,'agent','"still"','{"id":"still","status":"active"}','{"id":"still","kind":"workflow","status":"active"}');
INSERT INTO "journal_change" VALUES(5,0,'system','"files"','{"id":"files","zone":"storage","sensitivity":"confidential","untrusted_input":false,"audit":"identity","partitioned":true,"owner":"me"}',NULL);
INSERT INTO "journal_change" VALUES(5,1,'credential','"token"','{"id":"token","identity":"svc-support","subject":"workload","binding":"bearer","lifetime":"90d","audience":["files","tickets"],"attested":true,"status":"active"}','{"id":"token","identity":"svc-support","subject":"workload","binding":"bearer","lifetime":"90d","audience":["tickets"],"attested":true,"status":"active"}');
INSERT INTO "journal_change" VALUES(5,2,'grant','["key","files"]','{"credential":"key","system":"files","actions":["admin"],"honoured_as":"principal"}',NULL);
INSERT INTO "journal_change" VALUES(5,3,'delegation','["bot","helper"]','{"from":"bot","to":"helper","passes":["role","token"]}',NULL);
INSERT INTO "journal_change" VALUES(5,4,'intent','["bot","files"]','{"agent":"bot","system":"files","actions":["read"],"from":["home","tickets"]}',NULL);
INSERT INTO "journal_change" VALUES(5,5,'checkpoint','"ask"','{"id":"ask","kind":"human-approval","step":"grant","from":"key","to":"files","actions":["read"],"freshness":"per-action","state":"enforced","approvers":["anna","bert"],"rate":3}',NULL);
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
    untrusted_input BOOLEAN NOT NULL,
    exposed BOOLEAN,
    audit VARCHAR,
    partitioned BOOLEAN NOT NULL,
    vendor VARCHAR,
    owner VARCHAR,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(zone) REFERENCES zone (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "system" VALUES('sts',NULL,'token-service',NULL,NULL,0,NULL,NULL,0,'Other Inc.',NULL,NULL,NULL);
INSERT INTO "system" VALUES('tickets','Tickets – 票','saas','helpdesk',NULL,1,NULL,NULL,0,NULL,NULL,NULL,'[2, -1]');
INSERT INTO "system" VALUES('files',NULL,NULL,'storage','confidential',0,NULL,'identity',1,NULL,'me',NULL,NULL);
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
CREATE INDEX journal_by_state ON journal (state, number);
CREATE UNIQUE INDEX journal_by_revision ON journal (touched);
COMMIT;
